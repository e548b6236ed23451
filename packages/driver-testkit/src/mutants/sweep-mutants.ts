import type { EpochMs, Scope, StorageDriver, StorageKey, Usage } from '@holdfast/core'
import { turnOfEventLoop } from '../settlement.ts'
import { bytesOf, rememberExpired } from './expired-entries.ts'
import { forEachEntry, rewrite } from './for-each-entry.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const sweepMutants: readonly Mutant[] = [
  {
    name: 'sweeps what expired before its time, and not at it',
    caughtBy: ['sweep.counts', 'sweep.everywhere'],
    wrap: (driver) =>
      overrideDriver(driver, { sweep: (now, options) => driver.sweep(now - 1, options) }),
  },
  {
    name: 'sweeps by its own clock alone',
    caughtBy: ['sweep.counts'],
    wrap: (driver, clock) =>
      overrideDriver(driver, { sweep: (_now, options) => driver.sweep(clock(), options) }),
  },
  {
    name: 'does not say what it swept',
    caughtBy: ['sweep.counts', 'sweep.everywhere'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async sweep(now, options) {
          await driver.sweep(now, options)
          return { entries: 0, bytes: 0 }
        },
      }),
  },
  {
    name: 'counts what it swept again with each sweep',
    caughtBy: ['sweep.counts'],
    wrap(driver) {
      let entries = 0
      let bytes = 0
      return overrideDriver(driver, {
        async sweep(now, options) {
          const swept = await driver.sweep(now, options)
          entries += swept.entries
          bytes += swept.bytes
          return { entries, bytes }
        },
      })
    },
  },
  {
    name: 'writes what stays anew when it sweeps',
    caughtBy: ['sweep.unseen'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async sweep(now, options) {
          const swept = await driver.sweep(now, options)
          await forEachEntry(driver, (scope, entry) => rewrite(driver, scope, entry))
          return swept
        },
      }),
  },
  {
    name: 'sweeps storage alone',
    caughtBy: ['sweep.everywhere'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        // It leaves the rest where it was, which nobody can see but by the count.
        async sweep() {
          const expired = expiredIn(null).filter(({ scope }) => scope.store === 'storage')
          return { entries: expired.length, bytes: bytesOf(expired) }
        },
      })),
  },
  {
    name: 'sweeps no more than a thousand entries at once',
    caughtBy: ['sweep.many'],
    wrap(driver, clock) {
      let swept = 0
      return rememberExpired(driver, clock, (expiredIn) => ({
        async sweep() {
          const some = expiredIn(null).slice(swept, swept + 1_000)
          swept += some.length
          return { entries: some.length, bytes: bytesOf(some) }
        },
      }))
    },
  },
  {
    name: 'goes by a list of what is to expire, and not by what is there',
    caughtBy: ['sweep.rewritten'],
    wrap(driver, clock) {
      const due: {
        readonly scope: Scope
        readonly key: StorageKey
        readonly expiresAt: EpochMs
      }[] = []
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { store, key, expiresAt } of commit.puts) {
            if (expiresAt !== null) due.push({ scope: { ...target, store }, key, expiresAt })
          }
        },
        async sweep(now, options) {
          const swept = await driver.sweep(now, options)
          for (const { scope, key, expiresAt } of due) {
            if (expiresAt <= Math.min(now, clock())) await remove(driver, scope, key)
          }
          return swept
        },
      })
    },
  },
  {
    name: 'goes by what it wrote itself, and not by what others have made of it',
    caughtBy: ['sweep.shared'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn, inner) => ({
        async sweep(now, options) {
          const swept = await driver.sweep(now, options)
          for (const { scope, key, expiresAt } of expiredIn(null)) {
            if (expiresAt <= now) await remove(inner, scope, key)
          }
          return swept
        },
      })),
  },
  {
    name: 'has absent what expires by its own writes',
    caughtBy: ['sweep.shared'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          const expired = expiredIn(scope).filter((entry) => entry.scope.store === scope.store)
          return entries.map((entry) =>
            expired.some(({ key }) => key === entry?.key) ? null : entry,
          )
        },
      })),
  },
  {
    name: 'makes room for the quota by sweeping',
    caughtBy: ['sweep.unseen'],
    wrap(driver) {
      let swept = 0
      return overrideDriver(driver, {
        async sweep(now, options) {
          const removed = await driver.sweep(now, options)
          swept += removed.bytes
          return removed
        },
        commit(target, commit, options) {
          const quota = commit.quota && { maxBytes: commit.quota.maxBytes + swept }
          return driver.commit(target, { ...commit, quota }, options)
        },
      })
    },
  },
  {
    name: 'sweeps by the clock of its caller alone',
    caughtBy: ['sweep.clock-ahead'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async sweep(now, options) {
          const swept = await driver.sweep(now, options)
          await forEachEntry(driver, async (scope, { key, expiresAt }) => {
            if (expiresAt !== null && expiresAt <= now) await remove(driver, scope, key)
          })
          return swept
        },
      }),
  },
  {
    name: 'finds out what has expired, and removes it by its key a turn later',
    caughtBy: ['sweep.rewritten-meanwhile'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn, remembering) => ({
        async sweep(now, options) {
          const found = expiredIn(null).filter(({ expiresAt }) => expiresAt <= now)
          const swept = await driver.sweep(now, options)
          await turnOfEventLoop()
          for (const { scope, key } of found) {
            const deletes = [{ store: scope.store, key }]
            await remembering.commit(scope, { checks: [], puts: [], deletes, quota: null })
          }
          return swept
        },
      })),
  },
  {
    name: 'tells each of several sweeps at once what they removed together',
    caughtBy: ['sweep.together'],
    wrap(driver) {
      let underWay: Promise<Usage> | undefined
      return overrideDriver(driver, {
        async sweep(now, options) {
          underWay ??= driver.sweep(now, options).finally(() => {
            underWay = undefined
          })
          return await underWay
        },
      })
    },
  },
]

async function remove(driver: StorageDriver, scope: Scope, key: StorageKey): Promise<void> {
  const deletes = [{ store: scope.store, key }]
  await driver.commit(scope, { checks: [], puts: [], deletes, quota: null })
}
