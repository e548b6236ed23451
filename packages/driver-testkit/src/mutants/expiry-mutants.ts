import { isDeepStrictEqual } from 'node:util'
import {
  type Clock,
  type Commit,
  compareKeys,
  decodeCursor,
  encodeCursor,
  type EpochMs,
  type PluginScope,
  type Put,
  type StorageDriver,
  versionMismatch,
} from '@holdfast/core'
import { entryId } from './entry-id.ts'
import { bytesOf, type ExpiredEntry, rememberExpired } from './expired-entries.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'
import { ownClockMutants } from './own-clock-mutants.ts'

export const expiryMutants: readonly Mutant[] = [
  {
    name: 'keeps an entry for the millisecond in which it expires',
    caughtBy: ['expiry.moment'],
    wrap: (driver) => changeExpiry(driver, ({ expiresAt }) => expiresAt && expiresAt + 1),
  },
  {
    name: 'lets an entry expire a millisecond early',
    caughtBy: ['expiry.moment'],
    wrap: (driver) => changeExpiry(driver, ({ expiresAt }) => expiresAt && expiresAt - 1),
  },
  {
    name: 'lets nothing expire in persistent_store',
    caughtBy: ['expiry.moment'],
    wrap: (driver) =>
      changeExpiry(driver, ({ store, expiresAt }) => (store === 'storage' ? expiresAt : null)),
  },
  {
    name: 'takes an expiry of 0 for none',
    caughtBy: ['expiry.past'],
    wrap: (driver) => changeExpiry(driver, ({ expiresAt }) => expiresAt || null),
  },
  {
    name: 'leaves out puts that have expired already',
    caughtBy: ['expiry.past'],
    wrap: (driver, clock) =>
      overrideDriver(driver, {
        commit(target, commit, options) {
          const puts = commit.puts.filter(({ expiresAt }) => (expiresAt ?? Infinity) > clock())
          return driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'refuses an expiry of the past',
    caughtBy: ['expiry.past'],
    wrap: (driver, clock) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          if (commit.puts.some(({ expiresAt }) => (expiresAt ?? Infinity) <= clock())) {
            throw new RangeError('The time to live is negative.')
          }
          await driver.commit(target, commit, options)
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
            expiries.set(entryId({ ...target, store }, key), expiresAt)
          }
        },
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => {
            const expiresAt = entry && (expiries.get(entryId(scope, entry.key)) ?? null)
            return entry && (expiresAt === null || expiresAt > clock())
              ? { ...entry, expiresAt }
              : null
          })
        },
      })
    },
  },
  {
    name: 'takes a page for the last that became short by what has expired',
    caughtBy: ['expiry.list'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        async list(scope, query) {
          const after = query.cursor === null ? '' : (decodeCursor(query.cursor, 1)[0] ?? '')
          const live = await listWhole(driver, scope, query)
          const expired = expiredIn(scope).filter(({ key }) => key.startsWith(query.prefix))
          const keys = [...live, ...expired]
            .map(({ key }) => key)
            .filter((key) => compareKeys(key, after) > 0)
            .toSorted(compareKeys)
            .slice(0, query.limit)
          const entries = live.filter(({ key }) => keys.includes(key))
          const isShort = entries.length < query.limit
          return { entries, cursor: isShort ? null : encodeCursor(keys.slice(-1)) }
        },
      })),
  },
  {
    name: 'counts what has expired',
    caughtBy: ['expiry.usage'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        async usage(scope, options) {
          const { entries, bytes } = await driver.usage(scope, options)
          const expired = expiredIn(scope).filter((entry) => entry.scope.store === scope.store)
          return { entries: entries + expired.length, bytes: bytes + bytesOf(expired) }
        },
      })),
  },
  {
    name: 'lists a scope in which all has expired',
    caughtBy: ['expiry.usage'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        async scopes(query, options) {
          const page = await driver.scopes(query, options)
          const usage = { entries: 0, bytes: 0 }
          const gone = expiredIn(null)
            .map(({ scope }) => ({ scope, usage }))
            .filter(
              ({ scope }) => !page.scopes.some((held) => isDeepStrictEqual(held.scope, scope)),
            )
          return { ...page, scopes: [...gone, ...page.scopes] }
        },
      })),
  },
  {
    name: 'counts what has expired as cleared',
    caughtBy: ['expiry.usage'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn) => ({
        async clear(scope, options) {
          const { entries, bytes } = await driver.clear(scope, options)
          const expired = expiredIn(scope).filter((entry) => entry.scope.store === scope.store)
          return { entries: entries + expired.length, bytes: bytes + bytesOf(expired) }
        },
      })),
  },
  {
    name: 'finds in checks what has expired',
    caughtBy: ['expiry.checks'],
    wrap: (driver, clock) =>
      rememberExpired(driver, clock, (expiredIn, inner) => ({
        async commit(target, commit, options) {
          const expired = expiredIn(target)
          const checks = commit.checks.map((check) => {
            const version = among([check], expired)[0]?.version
            if (version === undefined) return check
            if (version !== check.version) throw versionMismatch(check, version)
            return { ...check, version: null }
          })
          await inner.commit(target, { ...commit, checks }, options)
        },
      })),
  },
  {
    name: 'counts for the quota what has expired',
    caughtBy: ['expiry.quota'],
    wrap: (driver, clock) => moveQuota(driver, clock, (_commit, expired) => -bytesOf(expired)),
  },
  {
    name: 'makes room for the quota by replacing what has expired',
    caughtBy: ['expiry.quota'],
    wrap: (driver, clock) =>
      moveQuota(driver, clock, ({ puts }, expired) => bytesOf(among(puts, expired))),
  },
  {
    name: 'makes room for the quota by deleting what has expired',
    caughtBy: ['expiry.quota'],
    wrap: (driver, clock) =>
      moveQuota(driver, clock, ({ deletes }, expired) => bytesOf(among(deletes, expired))),
  },
  {
    name: 'overwrites what has expired, and keeps its createdAt',
    caughtBy: ['expiry.created-again'],
    wrap(driver) {
      const births = new Map<string, EpochMs>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { store, key } of commit.deletes)
            births.delete(entryId({ ...target, store }, key))
          for (const { store, key } of commit.puts) {
            const [entry] = await driver.get({ ...target, store }, [key], options)
            const id = entryId({ ...target, store }, key)
            if (entry) births.set(id, births.get(id) ?? entry.createdAt)
          }
        },
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map(
            (entry) =>
              entry && {
                ...entry,
                createdAt: births.get(entryId(scope, entry.key)) ?? entry.createdAt,
              },
          )
        },
      })
    },
  },
  {
    name: 'keeps the first expiry of an entry',
    caughtBy: ['expiry.replaced'],
    wrap: (driver) => changeExpiry(driver, ({ expiresAt }, old) => old ?? expiresAt),
  },
  {
    name: 'takes an expiry of null for the one that was there',
    caughtBy: ['expiry.replaced'],
    wrap: (driver) => changeExpiry(driver, ({ expiresAt }, old) => expiresAt ?? old),
  },
  {
    name: 'counts the delete of an expired entry once more',
    caughtBy: ['expiry.delete'],
    wrap(driver, clock) {
      let drift = 0
      return rememberExpired(driver, clock, (expiredIn, inner) => ({
        async commit(target, commit, options) {
          drift += bytesOf(among(commit.deletes, expiredIn(target)))
          await inner.commit(target, commit, options)
        },
        async usage(scope, options) {
          const usage = await driver.usage(scope, options)
          return { ...usage, bytes: usage.bytes - drift }
        },
      }))
    },
  },
  ...ownClockMutants,
]

/** Gives puts another expiry, by that of the entry that is there. */
function changeExpiry(
  driver: StorageDriver,
  change: (put: Put, old: EpochMs | null) => EpochMs | null,
): StorageDriver {
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      const puts: Put[] = []
      for (const put of commit.puts) {
        const [old] = await driver.get({ ...target, store: put.store }, [put.key], options)
        puts.push({ ...put, expiresAt: change(put, old?.expiresAt ?? null) })
      }
      await driver.commit(target, { ...commit, puts }, options)
    },
  })
}

/** Makes the quota larger by some bytes, by what has expired. */
function moveQuota(
  driver: StorageDriver,
  clock: Clock,
  bytesMore: (commit: Commit, expired: readonly ExpiredEntry[]) => number,
): StorageDriver {
  return rememberExpired(driver, clock, (expiredIn, inner) => ({
    commit(target: PluginScope, commit, options) {
      const maxBytes = (commit.quota?.maxBytes ?? 0) + bytesMore(commit, expiredIn(target))
      return inner.commit(target, { ...commit, quota: commit.quota && { maxBytes } }, options)
    },
  }))
}

/** Which of some expired entries a commit names. */
function among(
  named: Commit['deletes'],
  expired: readonly ExpiredEntry[],
): readonly ExpiredEntry[] {
  return expired.filter((entry) =>
    named.some(({ store, key }) => store === entry.scope.store && key === entry.key),
  )
}
