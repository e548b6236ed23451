import { attempt_store, definePlugin, Endpoint, persistent_store, Tool } from '@holdfast/session'
import { runEndpoint, runTool } from '@holdfast/session/runtime'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeContext, openDriver } from './make-context.ts'
import { decode, encode } from './text.ts'

/** Whatever a step reads must be what its own workspace and plugin, or its own attempt, has written. */
function checkOwn(seen: readonly (string | null | undefined)[], own: string): void {
  for (const value of seen)
    if (value !== undefined && value !== null && value !== own)
      throw new Error(`${own} saw ${value}.`)
}

async function look(
  own: string,
  invocationId: string,
  storage: { get(key: string): Promise<Uint8Array | null> },
) {
  checkOwn([await persistent_store.get<string>('k'), decode(await storage.get('k'))], own)
  checkOwn([attempt_store.get<string>('k')], invocationId)
}

class Chatter extends Tool {
  async *invoke(parameters: unknown) {
    const { steps } = parameters as { steps: number }
    const { workspace, plugin, invocationId, storage } = this.session
    const own = `${workspace}/${plugin.id}`
    try {
      for (let step = 0; step < steps; step++) {
        await look(own, invocationId, storage)
        attempt_store.set('k', invocationId)
        await persistent_store.set('k', own)
        await storage.set('k', encode(own))
        yield this.text(`${own} ${invocationId}`)
        await look(own, invocationId, storage)
        if (attempt_store.get('k') !== invocationId)
          throw new Error(`${invocationId} lost its value.`)
      }
    } finally {
      await persistent_store.increment(`ended/${invocationId}`)
    }
  }
}

class Streamer extends Endpoint {
  invoke(request: Request) {
    const steps = Number(new URL(request.url).searchParams.get('steps'))
    const { workspace, plugin, invocationId, storage } = this.session
    const own = `${workspace}/${plugin.id}`
    async function* chunks() {
      try {
        for (let step = 0; step < steps; step++) {
          await look(own, invocationId, storage)
          attempt_store.set('k', invocationId)
          await persistent_store.set('k', own)
          yield encode(`${own} ${invocationId}`)
          await look(own, invocationId, storage)
        }
      } finally {
        await persistent_store.increment(`ended/${invocationId}`)
      }
    }
    return new Response(ReadableStream.from(chunks()))
  }
}

const plugin = definePlugin({ tools: { chatter: Chatter }, endpoints: { '/stream': Streamer } })

const invocation = fc.record({
  workspace: fc.constantFrom('w1', 'w2', 'w3'),
  plugin: fc.constantFrom('p1', 'p2'),
  kind: fc.constantFrom('tool', 'endpoint'),
  steps: fc.integer({ min: 0, max: 4 }),
  stopsAfter: fc.integer({ min: 0, max: 5 }),
})

describe('interleaved invocations', () => {
  test('never see the data of one another, in whatever order their steps come', async () => {
    const property = fc.asyncProperty(
      fc.array(invocation, { minLength: 2, maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
      async (plans, order) => {
        const driver = await openDriver()
        const running = await Promise.all(
          plans.map(async (plan, index) => {
            const context = await makeContext({ driver, ...plan, invocationId: `i${index}` })
            const start = plan.kind === 'tool' ? startTool : startEndpoint
            const expected = `${plan.workspace}/${plan.plugin} i${index}`
            return { plan, context, expected, steps: await start(plan.steps, context), taken: 0 }
          }),
        )
        const open = new Set(running)
        const pending: Promise<void>[] = []
        const advance = async (one: (typeof running)[number]): Promise<void> => {
          if (one.taken === one.plan.stopsAfter) {
            await one.steps.return?.()
            return
          }
          const step = await one.steps.next()
          if (step.done === true) return
          one.taken++
          expect(step.value).toBe(one.expected)
        }
        // Steps of several are under way at once: nobody waits for the one before.
        const busy = new Map<(typeof running)[number], Promise<void>>()
        for (const pick of order) {
          const one = [...open][pick % open.size]
          if (one === undefined) break
          const next = (busy.get(one) ?? Promise.resolve()).then(() => advance(one))
          busy.set(one, next)
          pending.push(next)
        }
        await Promise.all(pending)
        await Promise.all(
          running.map(async (one) => {
            await one.steps.return?.()
            const ended = await one.context.storage.list('persistent_store', {
              prefix: `ended/`,
              cursor: null,
              limit: 100,
              keysOnly: true,
            })
            const foreign = ended.entries.filter(({ key }) => {
              const owner = running[Number(key.slice('ended/i'.length))]
              return (
                owner?.plan.workspace !== one.plan.workspace ||
                owner.plan.plugin !== one.plan.plugin
              )
            })
            expect(foreign).toEqual([])
          }),
        )
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })
})

type Context = Awaited<ReturnType<typeof makeContext>>
type Steps = Pick<AsyncIterator<string, unknown, void>, 'next' | 'return'>

async function startTool(steps: number, context: Context): Promise<Steps> {
  async function* texts() {
    for await (const message of runTool(plugin, 'chatter', { steps }, context)) {
      if (message.type === 'text') yield message.text
    }
  }
  return texts()
}

async function startEndpoint(steps: number, context: Context): Promise<Steps> {
  const request = new Request(`http://host/stream?steps=${steps}`)
  const response = await runEndpoint(plugin, '/stream', request, {}, context)
  async function* texts() {
    const body = response.body as AsyncIterable<Uint8Array> | null
    for await (const chunk of body ?? []) yield new TextDecoder().decode(chunk)
  }
  return texts()
}
