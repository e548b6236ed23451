import { setImmediate } from 'node:timers/promises'
import {
  type Commit,
  manageDriver,
  mintVersion,
  type StorageDriver,
  type StoreName,
  storeNames,
} from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { coalesce } from '@holdfast/layers'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handOn, keyOf, openBelow, put, scope } from './open-below.ts'

type Call =
  | { readonly kind: 'get'; readonly store: StoreName; readonly key: string }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'clear'; readonly store: StoreName }
  | { readonly kind: 'turn' }

const keys = ['a', 'b', 'c', 'd']
const versions = keys.map(() => mintVersion())
const place = {
  store: fc.constantFrom(...storeNames),
  key: fc.constantFrom(...keys).map((key) => keyOf(key)),
}
const version = fc.constantFrom(...versions, null)

/** Changes of few keys, of few versions, so that they meet. */
const commit: fc.Arbitrary<Commit> = fc
  .record({
    checks: fc.array(fc.record({ ...place, version }), { maxLength: 1 }),
    changes: fc.uniqueArray(
      fc.record({
        ...place,
        isPut: fc.boolean(),
        value: fc.uint8Array({ maxLength: 3 }),
        version: fc.constantFrom(...versions),
      }),
      { maxLength: 3, selector: ({ store, key }) => `${store} ${key}` },
    ),
  })
  .map(({ checks, changes }) => ({
    checks,
    puts: changes.flatMap(({ isPut, ...rest }) =>
      isPut ? [{ ...rest, expiresAt: null, contentType: null }] : [],
    ),
    deletes: changes.flatMap(({ isPut, store, key }) => (isPut ? [] : [{ store, key }])),
    quota: null,
  }))

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), ...place }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), commit }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), store: place.store }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'turn' as const }) },
)

async function run(driver: StorageDriver, next: Call): Promise<unknown> {
  switch (next.kind) {
    case 'get': {
      const [entry] = await driver.get({ ...scope, store: next.store }, [keyOf(next.key)])
      return entry && { value: entry.value, version: entry.version }
    }
    case 'commit':
      return await driver.commit(scope, next.commit)
    case 'clear':
      return await driver.clear({ ...scope, store: next.store })
    case 'turn':
      return await setImmediate()
  }
}

/** What a call gave, or the error that it failed with. */
async function outcomeOf(running: Promise<unknown>): Promise<unknown> {
  try {
    return await running
  } catch (error) {
    const { code, context } = error as { readonly code?: unknown; readonly context?: unknown }
    return { code, context }
  }
}

/** A memory driver that takes longer for some calls than for others. */
function slow(delays: readonly number[]): StorageDriver {
  const memory = createMemoryDriver()
  let calls = 0
  const delay = async (): Promise<void> => {
    for (let turn = delays[calls++ % delays.length] ?? 0; turn > 0; turn--) await setImmediate()
  }
  return manageDriver({
    ...handOn(memory),
    async clear(...given) {
      await delay()
      return await memory.clear(...given)
    },
    async commit(...given) {
      await delay()
      await memory.commit(...given)
    },
  })
}

describe('calls that are made at once', () => {
  const delays = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 })
  test('give what the driver alone gives to one after the other, however long it takes for each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), delays, async (calls, waits) => {
        await using alone = createMemoryDriver()
        await using coalesced = coalesce(slow(waits))
        await Promise.all([alone.open(), coalesced.open()])
        const expected: unknown[] = []
        for (const next of calls) expected.push(await outcomeOf(run(alone, next)))
        const running: Promise<unknown>[] = []
        for (const next of calls) {
          if (next.kind === 'turn') await setImmediate()
          running.push(outcomeOf(next.kind === 'turn' ? run(alone, next) : run(coalesced, next)))
        }
        expect(await Promise.all(running)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is called after a commit that nobody has awaited', () => {
  const looks: readonly (readonly [
    string,
    (driver: StorageDriver) => Promise<unknown>,
    unknown,
  ])[] = [
    ['get', async (driver) => (await driver.get(scope, [keyOf('a')]))[0]?.size, 1],
    ['list', async (driver) => (await driver.list(scope, query)).entries.length, 1],
    ['usage', async (driver) => (await driver.usage(scope)).entries, 1],
    ['scopes', async (driver) => (await driver.scopes(scopesQuery)).scopes.length, 1],
    ['clear', async (driver) => (await driver.clear(scope)).entries, 1],
    [
      'readStream',
      async (driver) => (await driver.readStream(scope, keyOf('a'), null))?.metadata.size,
      1,
    ],
    ['watch', async (driver) => (await firstOf(driver.watch(scope, [keyOf('a')])))?.[0]?.size, 1],
    [
      'writeStream',
      (driver) => driver.writeStream(scope, emptyIfAbsent()).catch(codeOf),
      'VERSION_MISMATCH',
    ],
  ]

  test.for(looks)('%s sees it', async ([, look, seen]) => {
    await using driver = coalesce(slow([3]))
    await driver.open()
    const writing = driver.commit(scope, put('a'))
    expect(await look(driver)).toBe(seen)
    await writing
  })

  test.for(['get', 'list', 'watch'])('%s waits for none of other keys', async (name) => {
    const { driver } = await openBelow(() => ({ commit: () => new Promise(() => {}) }))
    void driver.commit(scope, put('other'))
    const look = looks.find(([known]) => known === name)?.[1]
    expect(await look?.(driver)).not.toBe(1)
  })
})

const query = { prefix: 'a', cursor: null, limit: 10, keysOnly: true }
const scopesQuery = { workspace: null, plugin: null, cursor: null, limit: 10 }

function emptyIfAbsent(): Parameters<StorageDriver['writeStream']>[1] {
  const rest = { version: mintVersion(), expiresAt: null, contentType: null, quota: null }
  return { ...rest, key: keyOf('a'), expected: null, body: ReadableStream.from([]) }
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item
  return undefined
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code
}
