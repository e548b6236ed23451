import {
  definePlugin,
  type Message,
  type PluginDefinition,
  type SessionStorage,
  Tool,
} from '@holdfast/session'
import { timeCalls, type TimedRound } from './time-calls.ts'
import { keyOf, randomKey, smallValues, type Values } from './values.ts'

/** Does nothing: what a call costs by itself. */
class Empty extends Tool {
  async invoke(): Promise<void> {
    // There is nothing to do.
  }
}

class Fill extends Tool {
  async invoke(parameters: unknown): Promise<void> {
    const values = parameters as Values
    for (let index = 0; index < values.count; index += 1) {
      await this.session.storage.set(keyOf(values, index), new Uint8Array(values.bytes).fill(index))
    }
  }
}

/** Gets values for a while, and yields what its calls took. */
class TimeGets extends Tool {
  async invoke(parameters: unknown): Promise<Message> {
    const { values, ...round } = parameters as TimedRound & { readonly values: Values }
    const { storage } = this.session
    return this.json(await timeCalls(() => getRandom(storage, values), round))
  }
}

/** Makes calls of storage, all in one tick, and awaits them. */
class Tick extends Tool {
  async invoke(parameters: unknown): Promise<void> {
    const { gets, sets } = parameters as { readonly gets: number; readonly sets: number }
    const { storage } = this.session
    await Promise.all([
      ...Array.from({ length: gets }, () => getRandom(storage, smallValues)),
      ...Array.from({ length: sets }, (_, index) =>
        storage.set(keyOf(smallValues, index), new Uint8Array(smallValues.bytes)),
      ),
    ])
  }
}

/** Yields once, and then loops, however it is ended. */
class Loop extends Tool {
  async *invoke(): AsyncGenerator<Message> {
    try {
      yield this.text('looping')
    } finally {
      for (;;);
    }
  }
}

/** Yields once, and then never ends by itself. */
class Hang extends Tool {
  async *invoke(): AsyncGenerator<Message> {
    yield this.text('hanging')
    await new Promise(() => undefined)
  }
}

async function getRandom(storage: SessionStorage, values: Values): Promise<void> {
  const value = await storage.get(randomKey(values))
  if (value?.length !== values.bytes) throw new Error(`storage.get gave ${value?.length} bytes.`)
}

const plugin: PluginDefinition = definePlugin({
  tools: {
    empty: Empty,
    fill: Fill,
    'time-gets': TimeGets,
    tick: Tick,
    loop: Loop,
    hang: Hang,
  },
})

export default plugin
