import { HoldfastError, MisuseError } from '@holdfast/core'
import { definePlugin, type Message, persistent_store, Tool } from '@holdfast/session'
import { runTool } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { makeContext } from './make-context.ts'

class Count extends Tool {
  async *invoke() {
    for (let count = 1; count <= 3; count++) yield this.json(await persistent_store.increment('n'))
  }
}

/** A plugin whose one tool is written as a test needs it. */
function withTool(invoke: (this: Tool) => unknown) {
  class Work extends Tool {
    override invoke = invoke as never
  }
  return testPlugin(definePlugin({ tools: { work: Work } }))
}

describe('a tool', () => {
  test('yields its messages one by one, and goes on only as they are taken', async () => {
    const plugin = testPlugin(definePlugin({ tools: { count: Count } }))
    const messages = plugin.stream('count')
    expect(await plugin.persistent_store.get('n')).toBeUndefined()
    expect(await messages.next()).toEqual({ done: false, value: { type: 'json', value: 1 } })
    expect(await plugin.persistent_store.get('n')).toBe(1)
    expect(await Array.fromAsync(messages)).toEqual([
      { type: 'json', value: 2 },
      { type: 'json', value: 3 },
    ])
  })

  test('may be an async function that returns one message or none', async () => {
    class Answer extends Tool {
      async invoke() {
        return this.text('42')
      }
    }
    class Silent extends Tool {
      async invoke() {
        await persistent_store.set('k', 1)
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { answer: Answer, silent: Silent } }))
    expect(await plugin.run('answer')).toEqual([{ type: 'text', text: '42' }])
    expect(await plugin.run('silent')).toEqual([])
    expect(await plugin.persistent_store.get('k')).toBe(1)
  })

  test('may hand on what another generator yields', async () => {
    class Delegate extends Tool {
      async *invoke() {
        yield* this.#two()
      }
      async *#two() {
        await persistent_store.increment('n')
        yield this.text('a')
        await persistent_store.increment('n')
        yield this.text('b')
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { delegate: Delegate } }))
    expect(await plugin.run('delegate')).toHaveLength(2)
    expect(await plugin.persistent_store.get('n')).toBe(2)
  })

  test('that does not exist is TOOL_NOT_FOUND, naming those that do', async () => {
    const plugin = testPlugin(definePlugin({ tools: { count: Count, other: Count } }))
    for (const name of ['cuont', 'toString', '__proto__', '']) {
      const error = await caught(plugin.run(name))
      expect(error.code).toBe('TOOL_NOT_FOUND')
      expect(error.message).toContain('count, other')
    }
    const none = await caught(testPlugin(definePlugin({})).run('count'))
    expect(none.message).toContain('it has none')
  })
})

describe('what a tool throws', () => {
  test('is TOOL_FAILED with its message and itself as the cause', async () => {
    const failure = new RangeError('The disk is round.')
    for (const invoke of [
      async () => {
        throw failure
      },
      () => {
        throw failure
      },
      async function* (): AsyncGenerator<Message> {
        yield* []
        throw failure
      },
    ]) {
      const error = await caught(withTool(invoke).run('work'))
      expect(error).toMatchObject({ code: 'TOOL_FAILED', retryable: false })
      expect(error.message).toBe('The tool "work" failed: The disk is round.')
      expect(error.cause).toBe(failure)
    }
  })

  test.each([['a string'], [undefined], [null], [{ code: 'X' }]])(
    'is TOOL_FAILED even if it is %o',
    async (thing) => {
      const plugin = withTool(async () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw thing
      })
      const error = await caught(plugin.run('work'))
      expect(error.code).toBe('TOOL_FAILED')
      expect(error.cause).toBe(thing)
    },
  )

  test('is itself if it is an error of Holdfast', async () => {
    for (const failure of [
      new HoldfastError('QUOTA_EXCEEDED', 'Full.'),
      new MisuseError('WRONG_TYPE', 'Wrong.'),
    ]) {
      const plugin = withTool(async () => {
        throw failure
      })
      await expect(plugin.run('work')).rejects.toBe(failure)
    }
  })

  test('in its constructor is TOOL_FAILED, too', async () => {
    class Broken extends Tool {
      constructor() {
        super()
        throw new Error('Not today.')
      }
      async invoke() {}
    }
    const plugin = testPlugin(definePlugin({ tools: { broken: Broken } }))
    expect(await caught(plugin.run('broken'))).toMatchObject({ code: 'TOOL_FAILED' })
  })

  test('comes after the messages that it had yielded, and what it had stored stays', async () => {
    class Half extends Tool {
      async *invoke() {
        await persistent_store.set('k', 'kept')
        yield this.text('a')
        throw new Error('No more.')
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { half: Half } }))
    const messages = plugin.stream('half')
    expect(await messages.next()).toMatchObject({ value: { text: 'a' } })
    expect(await caught(messages.next())).toMatchObject({ code: 'TOOL_FAILED' })
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    expect(await plugin.persistent_store.get('k')).toBe('kept')
  })
})

describe('what a tool returns', () => {
  test('must be a message, from an async function', async () => {
    const error = await caught(withTool(async () => 'text').run('work'))
    expect(error).toMatchObject({ code: 'INVALID_MESSAGE' })
    expect(error.message).toContain('a string')
  })

  test('must be nothing, from a generator, for it would be lost', async () => {
    const plugin = withTool(async function* () {
      yield* []
      return 'text'
    })
    expect(await caught(plugin.run('work'))).toMatchObject({ code: 'INVALID_MESSAGE' })
  })
})

describe('when the caller wants no more', () => {
  class Endless extends Tool {
    async *invoke() {
      try {
        for (;;) yield this.text('more')
      } finally {
        await persistent_store.set('cleaned', this.session.invocationId)
      }
    }
  }
  const endless = definePlugin({ tools: { endless: Endless } })

  test('the tool runs its finally blocks inside the invocation, which ends then', async () => {
    const plugin = testPlugin(endless)
    for await (const message of plugin.stream('endless')) {
      expect(message).toEqual({ type: 'text', text: 'more' })
      break
    }
    expect(await plugin.persistent_store.exists('cleaned')).toBe(true)
  })

  test('before the first message, nothing of the tool runs', async () => {
    const plugin = testPlugin(endless)
    const messages = plugin.stream('endless')
    await messages.return()
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    expect(await plugin.persistent_store.exists('cleaned')).toBe(false)
  })

  test('and throws into the generator, the tool ends likewise', async () => {
    const plugin = testPlugin(endless)
    const messages = plugin.stream('endless')
    await messages.next()
    await expect(messages.throw(new Error('Stop.'))).rejects.toMatchObject({ code: 'TOOL_FAILED' })
    expect(await plugin.persistent_store.exists('cleaned')).toBe(true)
  })

  test('because a message was none, the tool runs its finally blocks, too', async () => {
    class Wrong extends Tool {
      async *invoke() {
        try {
          yield 'text' as never
        } finally {
          await persistent_store.set('cleaned', true)
        }
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { wrong: Wrong } }))
    expect(await caught(plugin.run('wrong'))).toMatchObject({ code: 'INVALID_MESSAGE' })
    expect(await plugin.persistent_store.get('cleaned')).toBe(true)
  })
})

describe('when the signal aborts', () => {
  test('before the start, nothing of the tool runs', async () => {
    const seen: string[] = []
    class Look extends Tool {
      async invoke() {
        seen.push('ran')
      }
    }
    const context = await makeContext({ signal: AbortSignal.abort(new Error('Gone.')) })
    const running = Array.fromAsync(
      runTool(definePlugin({ tools: { look: Look } }), 'look', {}, context),
    )
    expect(await caught(running)).toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual([])
  })

  test('between two messages, the tool is returned and the caller gets ABORTED', async () => {
    const seen: string[] = []
    class Speak extends Tool {
      async *invoke() {
        try {
          yield this.text('a')
          seen.push('went on')
          yield this.text('b')
        } finally {
          seen.push('cleaned')
        }
      }
    }
    const controller = new AbortController()
    const plugin = testPlugin(definePlugin({ tools: { speak: Speak } }))
    const messages = plugin.stream('speak', {}, { signal: controller.signal })
    await messages.next()
    controller.abort(new Error('Gone.'))
    expect(await caught(messages.next())).toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual(['cleaned'])
  })
})
