import {
  type Commit,
  entryBytes,
  type PluginScope,
  type Scope,
  type StorageDriver,
  storeNames,
  type Usage,
} from '@holdfast/core'
import { scopeId } from './entry-id.ts'
import { forgetfulCache } from './forgetful-cache.ts'
import { bytesOfOld } from './judge-quota.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const usageMutants: readonly Mutant[] = [
  {
    name: 'takes the sum over no entries for a number',
    caughtBy: ['usage.of-nothing'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async usage(scope, options) {
          const usage = await driver.usage(scope, options)
          return usage.entries === 0 ? { entries: 0, bytes: Number.NaN } : usage
        },
      }),
  },
  {
    name: 'counts keys by their UTF-16 units',
    caughtBy: ['usage.unit'],
    wrap: (driver) => countUsage(driver, (key) => key.length),
  },
  {
    name: 'counts values alone',
    caughtBy: ['usage.unit'],
    wrap: (driver) => countUsage(driver, () => 0),
  },
  {
    name: 'counts what was overwritten as still there',
    caughtBy: ['usage.of-changes'],
    wrap(driver) {
      let drift = 0
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const overwritten = await bytesOfOld(driver, target, commit.puts)
          await driver.commit(target, commit, options)
          drift += overwritten
        },
        async usage(scope, options) {
          const usage = await driver.usage(scope, options)
          return { ...usage, bytes: usage.bytes + drift }
        },
      })
    },
  },
  {
    name: 'looks before a commit for what it changes, and counts it afterwards',
    caughtBy: ['usage.exact', 'usage.exact-shared'],
    wrap: (driver) => countChanges(driver),
  },
  {
    name: 'remembers usage until it writes itself',
    caughtBy: ['usage.exact-shared'],
    wrap(driver) {
      const cache = forgetfulCache(driver)
      return cache.around({
        usage: (scope, options) => cache.remember([scope], () => driver.usage(scope, options)),
      })
    },
  },
]

function countUsage(driver: StorageDriver, keyBytes: (key: string) => number): StorageDriver {
  return overrideDriver(driver, {
    async usage(scope) {
      const entries = await listWhole(driver, scope, { keysOnly: true })
      const bytes = entries.reduce((sum, { key, size }) => sum + keyBytes(key) + size, 0)
      return { entries: entries.length, bytes }
    },
  })
}

/** Right for as long as one commit comes after the other, all through this driver. */
function countChanges(driver: StorageDriver): StorageDriver {
  const counters = new Map<string, Usage>()
  const read = (scope: Scope): Usage => counters.get(scopeId(scope)) ?? { entries: 0, bytes: 0 }
  const add = (scope: Scope, { entries, bytes }: Usage): void => {
    const usage = read(scope)
    counters.set(scopeId(scope), { entries: usage.entries + entries, bytes: usage.bytes + bytes })
  }
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      const changes = await Promise.all(
        storeNames.map(async (store) => ({
          store,
          usage: await changeOf(driver, target, commit, store),
        })),
      )
      await driver.commit(target, commit, options)
      for (const { store, usage } of changes) add({ ...target, store }, usage)
    },
    async clear(scope, options) {
      counters.delete(scopeId(scope))
      return await driver.clear(scope, options)
    },
    usage: async (scope) => read(scope),
  })
}

/** What a commit would add to the usage of a store if it were applied now. */
async function changeOf(
  driver: StorageDriver,
  target: PluginScope,
  commit: Commit,
  store: Scope['store'],
): Promise<Usage> {
  const puts = commit.puts.filter((put) => put.store === store)
  const deletes = commit.deletes.filter((change) => change.store === store)
  const keys = [...puts, ...deletes].map(({ key }) => key)
  const removed = (await driver.get({ ...target, store }, keys)).filter((entry) => entry !== null)
  return {
    entries: puts.length - removed.length,
    bytes:
      puts.reduce((sum, { key, value }) => sum + entryBytes(key, value.byteLength), 0) -
      removed.reduce((sum, { key, size }) => sum + entryBytes(key, size), 0),
  }
}
