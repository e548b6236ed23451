import { createHash } from 'node:crypto'
import { type StorageDriver, parseStorageKey } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { Databases } from '../databases.ts'
import { CommitProxy, type Fate } from './commit-proxy.ts'
import {
  commitOf,
  countOf,
  increment,
  Ledger,
  put,
  scope,
  target,
  usageMustBeExact,
} from './store-of-test.ts'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const losses = isSoak ? 500 : 20
const timeout = 60_000 + losses * 1_000
const resets = losses / 2
const mebibyte = 1024 * 1024
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

/** A database of the test's own, a bad connection to it, and drivers on either way. */
async function setUp(
  maxConnections = 3,
): Promise<
  AsyncDisposable & { proxy: CommitProxy; driver: StorageDriver; observer: StorageDriver }
> {
  await using stack = new AsyncDisposableStack()
  const url = await databases.create()
  stack.defer(() => databases.drop(url))
  const proxy = stack.use(await CommitProxy.start(url))
  const observer = stack.use(createPostgresDriver({ url, maxConnections: 2 }))
  const driver = stack.use(createPostgresDriver({ url: proxy.url, maxConnections }))
  await observer.open()
  await driver.open()
  const owned = stack.move()
  return { proxy, driver, observer, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const fates = ['drop', 'drop reply', 'keep reply', 'delay'] as const

describe.for(fates)('where the fate of a COMMIT is "%s"', (fate) => {
  test('the first commit of a plugin is applied, once', async () => {
    await using world = await setUp()
    world.proxy.decide = once(fate)
    expect(await increment(world.driver, 'count')).toBe('applied')
    expect(await countOf(world.observer, 'count')).toBe(1)
    await usageMustBeExact(world.observer)
  })

  test(`${losses} increments are each applied once`, { timeout }, async () => {
    await using world = await setUp()
    const [zero0, zero1] = [put('own-0', '0'), put('own-1', '0')]
    await world.observer.commit(target, commitOf(zero0, zero1))
    const lost = everyThird(losses, fate)
    world.proxy.decide = lost.decide
    const own = { applied: 0, refused: 0, unknown: 0 }
    const shared = { applied: 0, refused: 0, unknown: 0 }
    const adding = [0, 1].map(async (worker) => {
      while (!lost.isDone()) {
        own[await increment(world.driver, `own-${worker}`)]++
        shared[await increment(world.driver, 'shared')]++
      }
    })
    await Promise.all(adding)
    // Where nobody else writes the key, it is known in the end what became of each.
    expect(own).toMatchObject({ refused: 0, unknown: 0 })
    const counts = await Promise.all(
      ['own-0', 'own-1', 'shared'].map((key) => countOf(world.observer, key)),
    )
    const [first = 0, second = 0, both = 0] = counts
    expect(first + second).toBe(own.applied)
    expect(both).toBeGreaterThanOrEqual(shared.applied)
    expect(both).toBeLessThanOrEqual(shared.applied + shared.unknown)
    await usageMustBeExact(world.observer)
  })
})

test(
  `of ${losses} losses among blind writes each is resolved truly or said to be unknown`,
  { timeout },
  async ({ annotate }) => {
    await using world = await setUp(4)
    const lost = everyThird(losses, ...fates)
    world.proxy.decide = lost.decide
    const ledger = new Ledger()
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; !lost.isDone(); at++) {
        const value = new Uint8Array(100 + (at % 50)).fill(at)
        await ledger.write(world.driver, `${writer}-${at}`, value)
        await ledger.write(world.observer, `${writer}-${at}-beside`, value)
      }
    })
    await Promise.all(writing)
    await ledger.check(world.observer)
    const { applied, refused, unknown } = ledger.counts
    await annotate(`${losses} losses: ${applied} applied, ${refused} refused, ${unknown} unknown`)
    expect(applied).toBeGreaterThan(losses)
  },
)

test.for(fates)('a clear is done once where the fate of its COMMIT is "%s"', async (fate) => {
  await using world = await setUp()
  await world.driver.commit(target, commitOf(put('a', '1'), put('b', '22')))
  world.proxy.decide = once(fate)
  const clearing = world.driver.clear(scope)
  expect(await clearing).toEqual({ entries: 2, bytes: 5 })
  await world.observer.commit(target, commitOf(put('later', '1')))
  expect(await world.driver.usage(scope)).toEqual({ entries: 1, bytes: 6 })
  await usageMustBeExact(world.observer)
})

// The client hangs now and then when a connection ends between two of its events, and the upload with
// it: that would fail one test run in many.
test('an upload whose connection is lost now and then arrives whole', async () => {
  await using world = await setUp()
  const given = createHash('sha256')
  world.proxy.decide = once('keep reply')
  async function* body(): AsyncGenerator<Uint8Array, void> {
    for (let piece = 0; piece < 8; piece++) {
      if (piece % 3 === 1) world.proxy.resetAll()
      const bytes = new Uint8Array(mebibyte + piece).fill(piece + 1)
      given.update(bytes)
      yield bytes
    }
  }
  const { store: _, ...rest } = put('large', '')
  await world.driver.writeStream(scope, { ...rest, body: body(), expected: null, quota: null })
  const stream = await world.observer.readStream(scope, rest.key, null)
  const taken = createHash('sha256')
  for await (const bytes of stream?.body ?? []) taken.update(bytes)
  expect(taken.digest('hex')).toBe(given.digest('hex'))
  expect(await world.observer.usage(scope)).toEqual({ entries: 1, bytes: 8 * mebibyte + 28 + 5 })
})

test('what is read when an answer is cut short is whole, and not missing', async () => {
  await using world = await setUp(1)
  const names = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(3, '0'))
  const value = new Uint8Array(4_000).fill(7)
  await world.observer.commit(target, commitOf(...names.map((name) => put(name, value))))
  const keys = names.map(parseStorageKey)
  for (const cutAfter of [1_000, 5_000, 9_999, 20_000, 40_000]) {
    world.proxy.cutAfter = cutAfter
    const found = await world.driver.get(scope, keys)
    expect(found.map((entry) => entry?.key)).toEqual(names)
    expect(world.proxy.cutAfter).toBe(null)
  }
})

test('nothing that is there is missing while connections are reset', async () => {
  await using world = await setUp(2)
  const names = Array.from({ length: 20 }, (_, index) => `${index}`)
  await world.observer.commit(target, commitOf(...names.map((name) => put(name, name))))
  for (let round = 0; round < resets; round++) {
    const reading = names.map(async (name) => {
      if (name === '7') setImmediate(() => world.proxy.resetAll())
      const [entry] = await world.driver.get(scope, [parseStorageKey(name)])
      expect(entry?.key).toBe(name)
    })
    const [, outcome] = await Promise.all([Promise.all(reading), increment(world.driver, 'count')])
    expect(outcome).toBe('applied')
  }
  expect(await countOf(world.observer, 'count')).toBe(resets)
  await usageMustBeExact(world.observer)
})

/** Loses so many commits, each third one, in ways that take turns. */
function everyThird(
  most: number,
  ...ways: readonly Fate[]
): { readonly decide: () => Fate; readonly isDone: () => boolean } {
  let seen = 0
  let lost = 0
  return {
    decide: () => {
      if (seen++ % 3 !== 0 || lost === most) return 'pass'
      return ways[lost++ % ways.length] ?? 'pass'
    },
    isDone: () => lost === most,
  }
}

function once(fate: Fate): () => Fate {
  let isFirst = true
  return () => {
    const decided = isFirst ? fate : 'pass'
    isFirst = false
    return decided
  }
}
