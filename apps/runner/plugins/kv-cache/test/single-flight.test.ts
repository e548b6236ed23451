import { definePlugin, type JsonValue, persistent_store, Tool } from '@holdfast/session'
import { type TestPlugin, testPlugin } from '@holdfast/session/testing'
import { expect, test, vi } from 'vitest'
import { leaseMs } from '../src/lease.ts'
import { singleFlight } from '../src/single-flight.ts'

const key = 'result/k'
const ttlMs = 60_000

/** A plugin with one tool, whose slow function is the given one. */
function pluginOf(compute: (signal: AbortSignal) => Promise<JsonValue>): TestPlugin {
  class Fly extends Tool {
    async invoke() {
      const { signal } = this.session
      const { origin, value } = await singleFlight({ key, ttlMs, compute: () => compute(signal) })
      return this.json({ origin, value })
    }
  }
  return testPlugin(definePlugin({ tools: { fly: Fly } }))
}

async function fly(plugin: TestPlugin, options?: { signal: AbortSignal }): Promise<unknown> {
  const [message] = await plugin.run('fly', {}, options)
  return message?.type === 'json' ? message.value : message
}

/** A computation that has begun and ends when it is told to. */
function slowFunction() {
  const begun = Promise.withResolvers<void>()
  const result = Promise.withResolvers<JsonValue>()
  const compute = vi.fn<() => Promise<JsonValue>>(() => {
    begun.resolve()
    return result.promise
  })
  return { compute, begun: begun.promise, end: result.resolve, fail: result.reject }
}

test('computes once for many calls at once', async () => {
  const slow = slowFunction()
  const plugin = pluginOf(slow.compute)
  const calls = Array.from({ length: 20 }, () => fly(plugin))
  await slow.begun
  slow.end('value')
  const results = await Promise.all(calls)
  expect(slow.compute).toHaveBeenCalledOnce()
  expect(results.filter((result) => (result as { origin: string }).origin === 'miss')).toEqual([
    { origin: 'miss', value: 'value' },
  ])
  expect(results).toContainEqual({ origin: 'shared', value: 'value' })
  expect(await fly(plugin)).toEqual({ origin: 'hit', value: 'value' })
})

test('lets the next compute when one fails, and each caller hear of its own failure', async () => {
  let count = 0
  const plugin = pluginOf(async () => {
    if (++count === 1) throw new Error('no luck')
    return 'value'
  })
  const outcomes = await Promise.allSettled([fly(plugin), fly(plugin), fly(plugin)])
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(count).toBe(2)
})

test('lets the next compute when the lease of one that was killed has expired', async () => {
  const slow = slowFunction()
  const plugin = pluginOf(slow.compute)
  // Nobody renews this lease: so a killed process leaves it behind.
  await plugin.persistent_store.set(key, { state: 'computing' }, { expiresInMs: leaseMs })
  const waiting = fly(plugin)
  plugin.clock.advance(leaseMs)
  await slow.begun
  slow.end('value')
  expect(await waiting).toEqual({ origin: 'miss', value: 'value' })
})

test('renews its lease for as long as it computes', async () => {
  const slow = slowFunction()
  const plugin = pluginOf(slow.compute)
  const computing = fly(plugin)
  await slow.begun
  const expiresAt = plugin.clock.now() + leaseMs
  plugin.clock.advance(1_000)
  await expect
    .poll(async () => (await plugin.persistent_store.getEntry(key))?.expiresAt, {
      timeout: leaseMs,
    })
    .toBe(expiresAt + 1_000)
  slow.end('value')
  expect(await computing).toEqual({ origin: 'miss', value: 'value' })
  expect(await fly(plugin)).toEqual({ origin: 'hit', value: 'value' })
})

test('does not keep a value that was invalidated while it was computed', async () => {
  const slow = slowFunction()
  const plugin = pluginOf(slow.compute)
  const computing = fly(plugin)
  await slow.begun
  await plugin.persistent_store.delete(key)
  slow.end('outdated')
  expect(await computing).toEqual({ origin: 'miss', value: 'outdated' })
  expect(await plugin.persistent_store.get(key)).toBeUndefined()
})

test('leaves the lease of another alone when its own was lost', async () => {
  const slow = slowFunction()
  const plugin = pluginOf(slow.compute)
  const first = fly(plugin)
  await slow.begun
  await plugin.persistent_store.set(key, { state: 'computing' })
  slow.fail(new Error('no luck'))
  await expect(first).rejects.toThrow('no luck')
  expect(await plugin.persistent_store.get(key)).toEqual({ state: 'computing' })
})

test('ends its wait with its invocation', async () => {
  const plugin = pluginOf(async () => 'never')
  await plugin.persistent_store.set(key, { state: 'computing' })
  const controller = new AbortController()
  const waiting = fly(plugin, { signal: controller.signal })
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  expect(await plugin.persistent_store.get(key)).toEqual({ state: 'computing' })
})

test('keeps what JSON can be, null too', async () => {
  const compute = vi.fn<() => Promise<null>>(async () => null)
  const plugin = pluginOf(compute)
  expect(await fly(plugin)).toEqual({ origin: 'miss', value: null })
  expect(await fly(plugin)).toEqual({ origin: 'hit', value: null })
  expect(compute).toHaveBeenCalledOnce()
})

test('is of no use outside an invocation', async () => {
  const plan = { key, ttlMs, compute: async () => 1 }
  await expect(singleFlight(plan)).rejects.toMatchObject({ code: 'NO_INVOCATION' })
  await expect(persistent_store.get(key)).rejects.toMatchObject({ code: 'NO_INVOCATION' })
})
