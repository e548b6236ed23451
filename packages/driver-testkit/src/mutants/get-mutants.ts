import { type Entry, limits, type Scope, type StorageDriver, type StorageKey } from '@holdfast/core'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'
import { entryId, withOwnValues } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

type Entries = readonly (Entry | null)[]

export const getMutants: readonly Mutant[] = [
  {
    name: 'answers in the order in which it finds the keys',
    caughtBy: ['get.order'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const found = (await read(keys)).filter((entry) => entry !== null)
        const sorted = found.toSorted((left, right) => (left.key < right.key ? -1 : 1))
        return [...sorted, ...keys.slice(found.length).map(() => null)]
      }),
  },
  {
    name: 'leaves out of its answer what is not there',
    caughtBy: ['get.order'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => (await read(keys)).filter((entry) => entry !== null)),
  },
  {
    name: 'answers a key that is asked for twice once',
    caughtBy: ['get.duplicates'],
    wrap: (driver) => answer(driver, (keys, read) => read([...new Set(keys)])),
  },
  {
    name: 'hands an entry out to the first that asked for it alone',
    caughtBy: ['get.duplicates'],
    wrap: (driver) =>
      answer(driver, async (keys, read) =>
        (await read(keys)).map((entry, index) =>
          keys.indexOf(keys[index] as StorageKey) === index ? entry : null,
        ),
      ),
  },
  {
    name: 'forgets, when it reads for many at once, that they share keys',
    caughtBy: ['get.at-once'],
    wrap(driver) {
      let batch: StorageKey[] = []
      return overrideDriver(driver, {
        async get(scope, keys, options) {
          const own = batch
          const start = own.length
          own.push(...keys.filter((key) => !own.includes(key)))
          await Promise.resolve()
          if (batch === own) batch = []
          return (await driver.get(scope, own, options)).slice(start, start + keys.length)
        },
      })
    },
  },
  {
    name: 'makes no statement of no keys',
    caughtBy: ['get.nothing'],
    wrap: (driver) =>
      answer(driver, (keys, read) => {
        if (keys.length === 0) throw new Error("syntax error at or near ')'")
        return read(keys)
      }),
  },
  {
    name: 'finds no more than 999 keys at a time',
    caughtBy: ['get.most-keys'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const entries = await read(keys.slice(0, 999))
        return [...entries, ...keys.slice(999).map(() => null)]
      }),
  },
  {
    name: 'takes no more than 999 variables',
    caughtBy: ['get.most-keys'],
    wrap: (driver) =>
      answer(driver, (keys, read) => {
        if (keys.length > 999) throw new Error('too many SQL variables')
        return read(keys)
      }),
  },
  {
    name: 'reads whatever number of keys in parts',
    caughtBy: ['get.too-many-keys'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const entries = [...(await read(keys.slice(0, limits.maxGetKeys)))]
        if (keys.length > limits.maxGetKeys) {
          entries.push(...(await read(keys.slice(limits.maxGetKeys))))
        }
        return entries
      }),
  },
  {
    name: 'reads any number of bytes, key by key',
    caughtBy: ['get.most-bytes'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const entries = []
        for (const key of keys) entries.push(...(await read([key])))
        return entries
      }),
  },
  {
    name: 'counts the bytes of a key that is asked for twice once',
    caughtBy: ['get.most-bytes'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const unique = [...new Set(keys)]
        const found = new Map((await read(unique)).map((entry, index) => [unique[index], entry]))
        return keys.map((key) => found.get(key) ?? null)
      }),
  },
  {
    name: 'refuses the last byte that a get may read',
    caughtBy: ['get.most-bytes'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const entries = await read(keys)
        const bytes = entries.reduce((sum, entry) => sum + (entry?.size ?? 0), 0)
        if (bytes >= limits.maxGetBytes) throw new Error('Out of memory')
        return entries
      }),
  },
  {
    name: 'keeps in its cache what was deleted',
    caughtBy: ['get.newest'],
    wrap(driver) {
      const cache = new Map<string, Entry>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { store, key } of commit.puts) cache.delete(entryId({ ...target, store }, key))
        },
        get: (scope, keys, options) =>
          Promise.all(
            keys.map(async (key) => {
              const id = entryId(scope, key)
              const entry = cache.get(id) ?? (await driver.get(scope, [key], options))[0] ?? null
              if (entry) cache.set(id, entry)
              return entry
            }),
          ),
      })
    },
  },
  {
    name: 'remembers that a key was not there',
    caughtBy: ['get.newest'],
    wrap(driver) {
      const missing = new Set<string>()
      return answer(driver, async (keys, read, scope) => {
        const entries = await read(keys)
        return entries.map((entry, index) => {
          const id = entryId(scope, keys[index] as StorageKey)
          if (entry === null) missing.add(id)
          return missing.has(id) ? null : entry
        })
      })
    },
  },
  {
    name: 'resolves before it has written',
    caughtBy: ['get.newest'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const own = withOwnValues(commit)
          // Whoever waits for it does so in vain, and nobody learns how it ended.
          void turnOfEventLoop().then(() => outcomeOf(driver.commit(target, own, options)))
        },
      }),
  },
  {
    name: 'swallows the errors of its store',
    caughtBy: ['get.outage', 'get.outage-writes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        get: (scope, keys, options) =>
          driver.get(scope, keys, options).catch(() => keys.map(() => null)),
        commit: (target, commit, options) =>
          driver.commit(target, commit, options).catch(() => undefined),
      }),
  },
  {
    name: 'takes a store that does not answer for an empty one',
    caughtBy: ['get.outage'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: (scope, query, options) =>
          driver.list(scope, query, options).catch(() => ({ entries: [], cursor: null })),
        usage: (scope, options) =>
          driver.usage(scope, options).catch(() => ({ entries: 0, bytes: 0 })),
        scopes: (query, options) =>
          driver.scopes(query, options).catch(() => ({ scopes: [], cursor: null })),
      }),
  },
  {
    name: 'takes a store that it cannot open for a new one',
    caughtBy: ['get.outage-at-open'],
    wrap(driver) {
      const state = { isNew: false }
      return overrideDriver(driver, {
        async open(options) {
          state.isNew = (await outcomeOf(driver.open(options))) !== 'resolved'
        },
        get: async (scope, keys, options) =>
          state.isNew ? keys.map(() => null) : driver.get(scope, keys, options),
      })
    },
  },
  {
    name: 'lets the errors out that it reads with',
    caughtBy: ['get.outage'],
    wrap: (driver) =>
      overrideDriver(driver, {
        get: (scope, keys, options) =>
          driver.get(scope, keys, options).catch((error: unknown) => {
            throw new Error('database disk image is malformed', { cause: error })
          }),
      }),
  },
  {
    name: 'lets the errors out that it opens its store with',
    caughtBy: ['get.outage-at-open'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async open(options) {
          await driver.open(options).catch((error: unknown) => {
            throw new Error('file is not a database', { cause: error })
          })
        },
      }),
  },
  {
    name: 'answers undefined for what is not there',
    caughtBy: ['get.order'],
    wrap: (driver) =>
      answer(driver, async (keys, read) => {
        const found = new Map((await read(keys)).map((entry) => [entry?.key, entry]))
        return keys.map((key) => found.get(key) as Entry | null)
      }),
  },
]

/** A driver that makes of what is there another answer to `get`. */
function answer(
  driver: StorageDriver,
  make: (
    keys: readonly StorageKey[],
    read: (keys: readonly StorageKey[]) => Promise<Entries>,
    scope: Scope,
  ) => Promise<Entries>,
): StorageDriver {
  return overrideDriver(driver, {
    get: async (scope, keys, options) =>
      make(keys, (some) => driver.get(scope, some, options), scope),
  })
}
