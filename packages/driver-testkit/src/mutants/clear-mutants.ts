import { type EpochMs, storeNames } from '@holdfast/core'
import { turnOfEventLoop } from '../settlement.ts'
import { entryId } from './entry-id.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const clearMutants: readonly Mutant[] = [
  {
    name: 'clears no more than a thousand entries',
    caughtBy: ['clear.all'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          const query = { prefix: '', cursor: null, limit: 1_000, keysOnly: true }
          const { entries, cursor } = await driver.list(scope, query, options)
          if (cursor === null) return await driver.clear(scope, options)
          const before = await driver.usage(scope, options)
          const deletes = entries.map(({ key }) => ({ store: scope.store, key }))
          const most = driver.capabilities.maxCommitEntries
          for (let start = 0; start < deletes.length; start += most) {
            const some = deletes.slice(start, start + most)
            await driver.commit(
              scope,
              { checks: [], puts: [], deletes: some, quota: null },
              options,
            )
          }
          return before
        },
      }),
  },
  {
    name: 'does not say what it cleared',
    caughtBy: ['clear.all'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          await driver.clear(scope, options)
          return { entries: 0, bytes: 0 }
        },
      }),
  },
  {
    name: 'takes the sum over what was cleared for a number',
    caughtBy: ['clear.nothing'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          const removed = await driver.clear(scope, options)
          return removed.entries === 0 ? { entries: 0, bytes: Number.NaN } : removed
        },
      }),
  },
  {
    name: 'finds nothing to clear, and fails',
    caughtBy: ['clear.nothing'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          const removed = await driver.clear(scope, options)
          if (removed.entries === 0) throw new Error('There is no such scope.')
          return removed
        },
      }),
  },
  {
    name: 'clears both stores of the plugin',
    caughtBy: ['clear.within'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          const removed = await driver.clear(scope, options)
          for (const store of storeNames) await driver.clear({ ...scope, store }, options)
          return removed
        },
      }),
  },
  {
    name: 'counts for the quota what was cleared',
    caughtBy: ['clear.makes-room'],
    wrap(driver) {
      let cleared = 0
      return overrideDriver(driver, {
        async clear(scope, options) {
          const removed = await driver.clear(scope, options)
          cleared += removed.bytes
          return removed
        },
        commit(target, commit, options) {
          const quota = commit.quota && { maxBytes: commit.quota.maxBytes - cleared }
          return driver.commit(target, { ...commit, quota }, options)
        },
      })
    },
  },
  {
    name: 'clears the values and keeps when their keys came to be',
    caughtBy: ['clear.begins-anew'],
    wrap(driver) {
      const births = new Map<string, EpochMs>()
      return overrideDriver(driver, {
        async clear(scope, options) {
          for (const { key, createdAt } of await listWhole(driver, scope, { keysOnly: true })) {
            births.set(entryId(scope, key), createdAt)
          }
          return await driver.clear(scope, options)
        },
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => {
            const createdAt = entry && births.get(entryId(scope, entry.key))
            return entry && createdAt ? { ...entry, createdAt } : entry
          })
        },
      })
    },
  },
  {
    name: 'counts what is there, and clears a turn later',
    caughtBy: ['clear.among-writes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async clear(scope, options) {
          const usage = await driver.usage(scope, options)
          await turnOfEventLoop()
          await driver.clear(scope, options)
          return usage
        },
      }),
  },
]
