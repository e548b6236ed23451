import { isHoldfastError, parseStorageKey, type StorageDriver } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { PostgresDriver } from '../src/postgres-driver.ts'
import { Databases } from './databases.ts'
import {
  commitOf,
  increment,
  put,
  scope,
  target,
  usageMustBeExact,
} from './faults/store-of-test.ts'
import { openDatabase } from './open-database.ts'

const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

/** Two drivers on one database, of the first of which every statement is noted. */
async function setUp(): Promise<
  AsyncDisposable & {
    readonly driver: StorageDriver
    readonly other: StorageDriver
    readonly texts: string[]
  }
> {
  await using stack = new AsyncDisposableStack()
  const url = await databases.create()
  stack.defer(() => databases.drop(url))
  const texts: string[] = []
  const database = openDatabase(url, { onStatement: (text) => texts.push(text.trim()) })
  const driver = stack.use(new PostgresDriver(database, Date.now))
  const other = stack.use(createPostgresDriver({ url }))
  await driver.open()
  await other.open()
  const owned = stack.move()
  return { driver, other, texts, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function* largeBody(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3_000_000)
}

function countFast(texts: readonly string[]): number {
  return texts.filter((text) => /^WITH (?:moved|old) AS/.test(text)).length
}

test('a runner that writes alone commits in one statement', async () => {
  await using world = await setUp()
  const { driver, texts } = world
  await driver.commit(target, commitOf(put('a', 'first')))
  texts.length = 0
  for (const value of ['second', 'third']) await driver.commit(target, commitOf(put('a', value)))
  expect(texts).toHaveLength(2)
  expect(countFast(texts)).toBe(2)
  await usageMustBeExact(driver)
})

test('what another runner wrote is seen, whatever was known before', async () => {
  await using world = await setUp()
  const { driver, other } = world
  for (let round = 0; round < 20; round++) {
    // In one round each is the only one to have written; in the next, the other was in between.
    for (const each of round % 2 === 0 ? [driver] : [driver, other, driver]) {
      expect(await increment(each, 'count')).toBe('applied')
    }
  }
  const [entry] = await other.get(scope, [parseStorageKey('count')])
  expect(new TextDecoder().decode(entry?.value)).toBe('40')
  await usageMustBeExact(driver)
})

test('a sweep, a clear and an upload of another runner are seen', async () => {
  await using world = await setUp()
  const { driver, other } = world
  await driver.commit(target, commitOf(put('a', 'one'), put('b', 'two')))
  await other.clear(scope)
  await driver.commit(target, commitOf(put('a', 'again')))
  await usageMustBeExact(driver)
  const upload = { ...put('a', ''), body: largeBody(), expected: undefined, quota: null }
  await other.writeStream(scope, upload)
  await driver.commit(target, commitOf(put('a', 'small again')))
  await usageMustBeExact(driver)
  await other.commit(target, commitOf({ ...put('a', 'soon gone'), expiresAt: Date.now() - 1 }))
  await other.sweep(Date.now())
  await driver.commit(target, commitOf(put('a', 'there')))
  expect(await other.usage(scope)).toEqual({ entries: 1, bytes: 6 })
})

test('writes of one key end as the last of them, in the order of the calls', async () => {
  await using world = await setUp()
  const { driver, other } = world
  const over = new AbortController()
  const interfering = (async () => {
    while (!over.signal.aborted) await other.commit(target, commitOf(put('beside', 'them')))
  })()
  for (let round = 0; round < 20; round++) {
    const writing: Promise<void>[] = []
    for (let call = 0; call < 50; call++) {
      writing.push(driver.commit(target, commitOf(put('a', `${round} ${call}`))))
      // So that they are many batches.
      if (call % 5 === 0) await new Promise(setImmediate)
    }
    await Promise.all(writing)
    const [entry] = await other.get(scope, [parseStorageKey('a')])
    expect(new TextDecoder().decode(entry?.value)).toBe(`${round} 49`)
  }
  over.abort()
  await interfering
  await usageMustBeExact(driver)
})

test('in one statement, too, only the guilty call of a batch fails', async () => {
  await using world = await setUp()
  const { driver, texts } = world
  const first = put('a', 'first')
  await driver.commit(target, commitOf(first))
  texts.length = 0
  const check = { store: 'storage', key: first.key, version: null } as const
  const outcomes = await Promise.allSettled([
    driver.commit(target, commitOf(put('b', 'good'))),
    driver.commit(target, { ...commitOf(put('a', 'bad')), checks: [check] }),
    driver.commit(target, { ...commitOf(put('c', 'too long')), quota: { maxBytes: 12 } }),
    driver.commit(target, commitOf(put('d', 'good'))),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ])
  const codes = outcomes.map((outcome) =>
    outcome.status === 'rejected' && isHoldfastError(outcome.reason) ? outcome.reason.code : null,
  )
  expect(codes).toEqual([null, 'VERSION_MISMATCH', 'QUOTA_EXCEEDED', null])
  expect(countFast(texts)).toBe(1)
  await usageMustBeExact(driver)
})

test('what has expired and is still there does not count against a quota', async () => {
  await using world = await setUp()
  const { driver } = world
  const gone = { ...put('gone', new Uint8Array(1_000)), expiresAt: Date.now() - 1 }
  await driver.commit(target, commitOf(gone, put('a', 'one')))
  const quota = { maxBytes: 500 }
  await driver.commit(target, { ...commitOf(put('a', new Uint8Array(400))), quota })
  const tooMuch = driver.commit(target, { ...commitOf(put('b', new Uint8Array(400))), quota })
  await expect(tooMuch).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  expect(await driver.usage(scope)).toEqual({ entries: 1, bytes: 401 })
})

test('after another runner came between, commits of one statement go on', async () => {
  await using world = await setUp()
  const { driver, other, texts } = world
  await driver.commit(target, commitOf(put('a', 'first')))
  await other.commit(target, commitOf(put('a', 'between')))
  await driver.commit(target, commitOf(put('a', 'second')))
  // The next few take care, each with keys that nobody has seen before.
  for (let at = 0; at < 20; at++) await driver.commit(target, commitOf(put(`new-${at}`, 'one')))
  texts.length = 0
  for (let at = 20; at < 40; at++) await driver.commit(target, commitOf(put(`new-${at}`, 'one')))
  expect(countFast(texts)).toBe(20)
  await usageMustBeExact(driver)
})

describe('a lone write of a key that was not seen before', () => {
  test('is one statement, and counted exactly', async () => {
    await using world = await setUp()
    const { driver, other, texts } = world
    await driver.commit(target, commitOf(put('a', 'first')))
    await other.commit(target, commitOf(put('long', 'x'.repeat(100)), put('short', 'x')))
    await other.commit(target, commitOf({ ...put('gone', 'xx'), expiresAt: Date.now() - 1 }))
    // What the other wrote is seen at the next lock.
    for (let at = 0; at < 20; at++) await driver.commit(target, commitOf(put('a', `${at}`)))
    texts.length = 0
    const persistent = { ...put('kept', 'x'), store: 'persistent_store' } as const
    const quota = { maxBytes: 10_000 }
    for (const lone of [put('new', 'x'), put('long', 'x'), put('short', 'xxxx'), persistent]) {
      await driver.commit(target, { ...commitOf(lone), quota })
    }
    await driver.commit(target, commitOf(put('gone', 'there again')))
    expect(texts.map((text) => text.startsWith('WITH old AS'))).toEqual(Array(5).fill(true))
    await usageMustBeExact(driver)
    expect(await driver.usage({ ...scope, store: 'persistent_store' })).toEqual({
      entries: 1,
      bytes: 5,
    })
    // It goes on from what the answers said.
    texts.length = 0
    await driver.commit(target, commitOf(put('long', 'known by now')))
    expect(texts.map((text) => text.startsWith('WITH moved AS'))).toEqual([true])
    await usageMustBeExact(driver)
    const [entry] = await other.get(scope, [parseStorageKey('gone')])
    expect(entry?.createdAt).toBe(entry?.updatedAt)
  })

  test('keeps when the entry was created, and loses no chunks of the old value', async () => {
    await using world = await setUp()
    const { driver, other } = world
    await other.commit(target, commitOf(put('a', 'first'), put('b', new Uint8Array(3_000_000))))
    const keys = [parseStorageKey('a'), parseStorageKey('b')]
    const before = await other.get(scope, keys)
    for (const name of ['c', 'a', 'd', 'b'])
      await driver.commit(target, commitOf(put(name, 'anew')))
    const after = await other.get(scope, keys)
    expect(after.map((entry) => entry?.createdAt)).toEqual(before.map((entry) => entry?.createdAt))
    await usageMustBeExact(driver)
  })

  test('is refused by the quota exactly', async () => {
    await using world = await setUp()
    const { driver, other } = world
    await other.commit(target, commitOf(put('a', 'x'.repeat(99)), put('b', 'x'.repeat(99))))
    await driver.commit(target, commitOf(put('c', 'x'.repeat(99))))
    const quota = { maxBytes: 200 }
    const commit = (name: string, length: number): Promise<void> =>
      driver.commit(target, { ...commitOf(put(name, 'x'.repeat(length))), quota })
    await expect(commit('d', 1)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    // What is over the bound may shrink.
    await expect(commit('a', 49)).resolves.toBe(undefined)
    await expect(commit('b', 100)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    await expect(commit('c', 0)).resolves.toBe(undefined)
    await expect(commit('e', 48)).resolves.toBe(undefined)
    await expect(commit('f', 1)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(await driver.usage(scope)).toEqual({ entries: 4, bytes: 200 })
    await usageMustBeExact(driver)
  })
})
