import {
  mintVersion,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
} from '@holdfast/core'
import { forgetfulCache } from './forgetful-cache.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** What drivers do wrong that have a store open together with others. */
export const sharedStoreMutants: readonly Mutant[] = [
  {
    name: 'remembers what it got until it writes itself',
    caughtBy: ['durability.seen-by-others'],
    wrap(driver) {
      const cache = forgetfulCache(driver)
      return cache.around({
        get: (scope, keys, options) =>
          cache.remember([scope, keys], () => driver.get(scope, keys, options)),
      })
    },
  },
  {
    name: 'remembers what is not there until it writes itself',
    caughtBy: ['durability.seen-by-others'],
    wrap(driver) {
      const cache = forgetfulCache(driver)
      return cache.around({
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          const misses = entries.map((entry) => entry === null)
          const missed = await cache.remember([scope, keys], async () => misses)
          return entries.map((entry, index) => (missed[index] === true ? null : entry))
        },
      })
    },
  },
  {
    name: 'remembers what it listed until it writes itself',
    caughtBy: ['durability.seen-by-others'],
    wrap(driver) {
      const cache = forgetfulCache(driver)
      return cache.around({
        list: (scope, query, options) =>
          cache.remember([scope, query], () => driver.list(scope, query, options)),
      })
    },
  },
  {
    name: 'remembers the scopes until it writes itself',
    caughtBy: ['durability.seen-by-others'],
    wrap(driver) {
      const cache = forgetfulCache(driver)
      return cache.around({
        scopes: (query, options) => cache.remember(query, () => driver.scopes(query, options)),
      })
    },
  },
  {
    name: 'locks the store for as long as it has it open',
    caughtBy: ['durability.opened-together'],
    wrap(driver) {
      const lock = markIn(driver, 'lock')
      return overrideDriver(driver, {
        async open(options) {
          await driver.open(options)
          await lock.set()
        },
        async close() {
          await driver.clear(lock.scope)
          await driver.close()
        },
      })
    },
  },
  {
    name: 'closes the store for all who have it open',
    caughtBy: ['durability.closed-by-one'],
    wrap(driver) {
      const end = markIn(driver, 'end')
      return overrideDriver(driver, {
        async get(scope, keys, options) {
          if ((await driver.usage(end.scope)).entries > 0) throw new Error('The pool has ended.')
          return await driver.get(scope, keys, options)
        },
        async close() {
          await end.set()
          await driver.close()
        },
      })
    },
  },
]

/** Something that all drivers on a store can see, as they do a lock. */
function markIn(
  driver: StorageDriver,
  name: string,
): { readonly scope: Scope; readonly set: () => Promise<void> } {
  const store = 'storage'
  const scope = { workspace: parseWorkspaceId(name), plugin: parsePluginId(name), store } as const
  const key = parseStorageKey(name)
  const put = { store, key, value: new Uint8Array(), expiresAt: null, contentType: null } as const
  return {
    scope,
    set: () =>
      driver.commit(scope, {
        checks: [{ store, key, version: null }],
        puts: [{ ...put, version: mintVersion() }],
        deletes: [],
        quota: null,
      }),
  }
}
