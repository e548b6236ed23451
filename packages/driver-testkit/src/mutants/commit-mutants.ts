import {
  type EpochMs,
  entryBytes,
  quotaExceeded,
  type Scope,
  type StorageKey,
  storeNames,
  versionMismatch,
} from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const commitMutants: readonly Mutant[] = [
  {
    name: 'inserts and never overwrites',
    caughtBy: ['commit.put'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const puts = []
          for (const put of commit.puts) {
            const [old] = await driver.get({ ...target, store: put.store }, [put.key], options)
            if (!old) puts.push(put)
          }
          await driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'deletes nothing',
    caughtBy: ['commit.delete'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit: (target, commit, options) =>
          driver.commit(target, { ...commit, deletes: [] }, options),
      }),
  },
  {
    name: 'writes one entry after the other',
    caughtBy: ['commit.nothing-of-refused'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const put of commit.puts) {
            await driver.commit(
              target,
              { ...commit, checks: [], puts: [put], deletes: [] },
              options,
            )
          }
          await driver.commit(target, { ...commit, puts: [] }, options)
        },
      }),
  },
  {
    name: 'checks first and writes later',
    caughtBy: ['compare-and-set.one-winner'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const check of commit.checks) {
            const [entry] = await driver.get(
              { ...target, store: check.store },
              [check.key],
              options,
            )
            const current = entry?.version ?? null
            if (current !== check.version) throw versionMismatch(check, current)
          }
          await driver.commit(target, { ...commit, checks: [] }, options)
        },
      }),
  },
  {
    name: 'looks at the quota after the write',
    caughtBy: ['quota.refused-before-writing'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, { ...commit, quota: null }, options)
          const usages = storeNames.map((store) => driver.usage({ ...target, store }, options))
          const bytes = (await Promise.all(usages)).reduce((sum, usage) => sum + usage.bytes, 0)
          const { quota } = commit
          if (quota !== null && bytes > quota.maxBytes) throw quotaExceeded(quota, bytes)
        },
      }),
  },
  {
    name: 'counts what was overwritten as still there',
    caughtBy: ['usage.of-changes'],
    wrap(driver) {
      let drift = 0
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          let overwritten = 0
          for (const { store, key } of commit.puts) {
            const [old] = await driver.get({ ...target, store }, [key], options)
            if (old) overwritten += entryBytes(key, old.size)
          }
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
    name: 'lists what has expired',
    caughtBy: ['expiry.list'],
    wrap(driver, clock) {
      const expiries = new Map<string, EpochMs | null>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const puts = commit.puts.map((put) => ({ ...put, expiresAt: null }))
          await driver.commit(target, { ...commit, puts }, options)
          for (const { store, key, expiresAt } of commit.puts) {
            expiries.set(idOf({ ...target, store }, key), expiresAt)
          }
        },
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => {
            const expiresAt = entry && (expiries.get(idOf(scope, entry.key)) ?? null)
            return entry && (expiresAt === null || expiresAt > clock())
              ? { ...entry, expiresAt }
              : null
          })
        },
      })
    },
  },
]

function idOf(scope: Scope, key: StorageKey): string {
  return JSON.stringify([scope.workspace, scope.plugin, scope.store, key])
}
