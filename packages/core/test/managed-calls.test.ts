import { describe, expect, test, vi } from 'vitest'
import { HoldfastError, limits, manageDriver, MisuseError, versionMismatch } from '../src/index.ts'
import { rejection } from './caught.ts'
import {
  calls,
  emptyCommit,
  firstOf,
  key,
  listQuery,
  put,
  scope,
  scopesQuery,
  scriptDriver,
  streamPut,
} from './script-driver.ts'

describe('a call', () => {
  test.each(calls)('reaches the driver as it was made: %s', async (name, call) => {
    const inner = scriptDriver()
    await using driver = manageDriver(inner)
    await driver.open()
    await call(driver).catch(() => undefined)
    expect(inner[name as 'get']).toHaveBeenCalledTimes(1)
  })

  test('reaches the driver before it returns, so that the driver can copy in time', async () => {
    const seen: number[] = []
    const inner = scriptDriver({
      commit: async (_target, { puts }) => {
        seen.push(...puts.flatMap(({ value }) => Array.from(value)))
      },
    })
    await using driver = manageDriver(inner)
    await driver.open()
    for (const options of [undefined, { deadlineAt: Date.now() + 60_000 }]) {
      const change = put('a', 1)
      change.value[0] = 7
      const written = driver.commit(scope, { ...emptyCommit, puts: [change] }, options)
      change.value[0] = 0
      await written
    }
    expect(seen).toEqual([7, 7])
  })

  test('gets the answer of the driver', async () => {
    await using driver = manageDriver(
      scriptDriver({ usage: async () => ({ entries: 2, bytes: 40 }) }),
    )
    await driver.open()
    expect(await driver.usage(scope)).toEqual({ entries: 2, bytes: 40 })
  })

  test('that fails with an error of Holdfast passes it on as it is', async () => {
    const mismatch = versionMismatch({ store: 'storage', key, version: null }, null)
    await using driver = manageDriver(scriptDriver({ commit: () => Promise.reject(mismatch) }))
    await driver.open()
    expect(await rejection(driver.commit(scope, emptyCommit))).toBe(mismatch)
  })

  test.each([
    ['get', 'DRIVER_FAILURE'],
    ['list', 'DRIVER_FAILURE'],
    ['usage', 'DRIVER_FAILURE'],
    ['scopes', 'DRIVER_FAILURE'],
    ['sweep', 'DRIVER_FAILURE'],
    ['readStream', 'DRIVER_FAILURE'],
    ['watch', 'DRIVER_FAILURE'],
    ['commit', 'OUTCOME_UNKNOWN'],
    ['clear', 'OUTCOME_UNKNOWN'],
    ['writeStream', 'OUTCOME_UNKNOWN'],
  ] as const)('that fails with a foreign error wraps it once: %s', async (name, code) => {
    const cause = Object.assign(new Error('ECONNRESET'), { code: 'ABORTED', retryable: true })
    const fail = (): never => {
      throw cause
    }
    const call = new Map(calls).get(name)
    await using driver = manageDriver(manageDriver(scriptDriver({ [name]: fail })))
    await driver.open()
    const error = call && (await rejection(call(driver)))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ code, operation: `driver.${name}`, retryable: false })
    expect(error).toHaveProperty('cause', cause)
  })
})

describe('the limits', () => {
  test.each([
    ['a value too large', { puts: [put('a', 9)] }, 'VALUE_TOO_LARGE'],
    ['too many bytes', { puts: [put('a', 7), put('b', 6)] }, 'COMMIT_TOO_LARGE'],
    [
      'too many changes',
      { puts: [put('a', 0), put('b', 0)], deletes: [put('c', 0), put('d', 0)] },
      'COMMIT_TOO_LARGE',
    ],
    [
      'too many checks',
      { checks: ['a', 'b', 'c', 'd'].map((name) => put(name, 0)) },
      'COMMIT_TOO_LARGE',
    ],
    ['two puts of one key', { puts: [put('a', 0), put('a', 0)] }, 'INVALID_ARGUMENT'],
    [
      'a put and a delete of one key',
      { puts: [put('a', 0)], deletes: [put('a', 0)] },
      'INVALID_ARGUMENT',
    ],
    ['two deletes of one key', { deletes: [put('a', 0), put('a', 0)] }, 'INVALID_ARGUMENT'],
  ])('refuse a commit with %s before the driver sees it', async (_what, part, code) => {
    const inner = scriptDriver()
    await using driver = manageDriver(inner)
    await driver.open()
    const error = await rejection(driver.commit(scope, { ...emptyCommit, ...part }))
    expect(error).toMatchObject({ code, retryable: false })
    expect(error instanceof MisuseError).toBe(code === 'INVALID_ARGUMENT')
    expect(inner.commit).not.toHaveBeenCalled()
  })

  test.each([
    ['as much as they allow', { puts: [put('a', 8), put('b', 4)], deletes: [put('c', 0)] }],
    ['as many checks as they allow', { checks: ['a', 'b', 'c'].map((name) => put(name, 0)) }],
    ['one key in each store', { puts: [put('a', 0), put('a', 0, 'persistent_store')] }],
    ['a check of a key that it changes', { puts: [put('a', 0)], checks: [put('a', 0)] }],
    ['nothing', {}],
  ])('allow a commit with %s', async (_what, part) => {
    const inner = scriptDriver()
    await using driver = manageDriver(inner)
    await driver.open()
    const commit = { ...emptyCommit, ...part }
    await driver.commit(scope, commit)
    expect(inner.commit.mock.calls[0]?.slice(0, 2)).toEqual([scope, commit])
  })

  test('allow as many keys in a get as they say, and no more', async () => {
    await using driver = manageDriver(scriptDriver())
    await driver.open()
    const most = Array.from({ length: limits.maxGetKeys }, () => key)
    expect(await driver.get(scope, most)).toHaveLength(limits.maxGetKeys)
    const error = await rejection(driver.get(scope, [...most, key]))
    expect(error).toBeInstanceOf(MisuseError)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test.each([0, -1, 1.5, Number.NaN, limits.maxListLimit + 1])(
    'refuse a page of %s entries',
    async (limit) => {
      await using driver = manageDriver(scriptDriver())
      await driver.open()
      const page = driver.list(scope, { ...listQuery, limit })
      expect(await rejection(page)).toMatchObject({ code: 'INVALID_ARGUMENT' })
      const scopes = driver.scopes({ ...scopesQuery, limit })
      expect(await rejection(scopes)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    },
  )

  test('refuse a watch of too many keys', async () => {
    await using driver = manageDriver(scriptDriver())
    await driver.open()
    const watch = firstOf(driver.watch(scope, [key, key, key]))
    expect(await rejection(watch)).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('refuse streams and watches where the capabilities say 0', async () => {
    const { capabilities } = scriptDriver()
    const inner = scriptDriver({
      capabilities: { ...capabilities, maxStreamBytes: 0, maxWatchedKeys: 0 },
    })
    await using driver = manageDriver(inner)
    await driver.open()
    for (const [operation, capability, call] of [
      ['readStream', 'maxStreamBytes', driver.readStream(scope, key, null)],
      ['writeStream', 'maxStreamBytes', driver.writeStream(scope, streamPut())],
      ['watch', 'maxWatchedKeys', firstOf(driver.watch(scope, [key]))],
    ] as const) {
      expect(await rejection(call)).toMatchObject({
        code: 'UNSUPPORTED',
        operation: `driver.${operation}`,
        context: { driver: 'scripted', capability },
      })
      expect(inner[operation]).not.toHaveBeenCalled()
    }
  })
})

describe('a watch', () => {
  test('passes on what the driver yields', async () => {
    const states = [[null], [null], [null]]
    await using driver = manageDriver(
      scriptDriver({
        watch: async function* watch() {
          yield* states
        },
      }),
    )
    await driver.open()
    const seen = []
    for await (const state of driver.watch(scope, [key])) seen.push(state)
    expect(seen).toEqual(states)
  })

  test('ends in the driver, too, when its reader stops', async () => {
    const ended = vi.fn<() => void>()
    await using driver = manageDriver(
      scriptDriver({
        watch: async function* watch() {
          try {
            for (;;) yield [null]
          } finally {
            ended()
          }
        },
      }),
    )
    await driver.open()
    await firstOf(driver.watch(scope, [key]))
    expect(ended).toHaveBeenCalledTimes(1)
  })
})
