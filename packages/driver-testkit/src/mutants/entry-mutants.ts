import {
  type EpochMs,
  mintVersion,
  parseVersion,
  type StorageDriver,
  type Version,
} from '@holdfast/core'
import {
  changeCommits,
  changeEntries,
  changeOverwrites,
  changePuts,
  currentOf,
  entryId,
  versionOf,
} from './change-calls.ts'
import { likePattern } from './like-pattern.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const entryMutants: readonly Mutant[] = [
  {
    name: 'sets updatedAt when an entry is read',
    caughtBy: ['entries.metadata'],
    wrap: (driver, clock) => changeEntries(driver, () => ({ updatedAt: clock() })),
  },
  {
    name: 'lists no size without the value',
    caughtBy: ['entries.metadata'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          return {
            entries: entries.map((entry) => ({ ...entry, size: entry.value?.byteLength ?? 0 })),
            cursor,
          }
        },
      }),
  },
  {
    name: 'lists no content types',
    caughtBy: ['entries.metadata'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          return { entries: entries.map((entry) => ({ ...entry, contentType: null })), cursor }
        },
      }),
  },
  {
    name: 'keeps the expiry of what it overwrites',
    caughtBy: ['entries.overwrite'],
    wrap: (driver) =>
      changeOverwrites(driver, (put, { expiresAt }) => ({
        ...put,
        expiresAt: put.expiresAt ?? expiresAt,
      })),
  },
  {
    name: 'keeps the content type of what it overwrites',
    caughtBy: ['entries.overwrite', 'entries.content-type'],
    wrap: (driver) => changeOverwrites(driver, (put, { contentType }) => ({ ...put, contentType })),
  },
  {
    name: 'deletes what it overwrites first',
    caughtBy: ['entries.overwrite', 'entries.same-bytes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const deletes = commit.puts.map(({ store, key }) => ({ store, key }))
          await driver.commit(target, { ...commit, puts: [], deletes }, options)
          await driver.commit(target, { ...commit, checks: [] }, options)
        },
      }),
  },
  {
    name: 'leaves updatedAt as it is if the bytes are',
    caughtBy: ['entries.same-bytes'],
    wrap(driver) {
      const unchanged = new Map<Version, EpochMs>()
      const writer = changeOverwrites(driver, (put, old) => {
        if (Buffer.compare(put.value, old.value) === 0) {
          unchanged.set(put.version, unchanged.get(old.version) ?? old.updatedAt)
        }
        return put
      })
      return changeEntries(writer, ({ version, updatedAt }) => ({
        updatedAt: unchanged.get(version) ?? updatedAt,
      }))
    },
  },
  {
    name: 'does not write the bytes that are there',
    caughtBy: ['commit.put', 'entries.same-bytes'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const olds = await Promise.all(commit.puts.map((put) => currentOf(driver, target, put)))
        const puts = commit.puts.filter((put, index) => {
          const old = olds[index]
          return !old || Buffer.compare(put.value, old.value) !== 0
        })
        return { ...commit, puts }
      }),
  },
  {
    name: 'takes the createdAt of one entry for all of a commit',
    caughtBy: ['entries.of-one-commit'],
    wrap(driver) {
      const created = new Map<Version, EpochMs>()
      const writer = overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          const [first] = commit.puts
          const createdAt = first && (await currentOf(driver, target, first))?.createdAt
          if (createdAt === undefined) return
          for (const { version } of commit.puts) created.set(version, createdAt)
        },
      })
      return changeEntries(writer, ({ version, createdAt }) => ({
        createdAt: created.get(version) ?? createdAt,
      }))
    },
  },
  {
    name: 'takes the createdAt of a key from whichever store has it',
    caughtBy: ['entries.of-one-commit'],
    wrap(driver) {
      const created = new Map<string, EpochMs>()
      const writer = overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const put of commit.puts) {
            const entry = await currentOf(driver, target, put)
            if (entry && !created.has(put.key)) created.set(put.key, entry.createdAt)
          }
        },
      })
      return changeEntries(writer, (entry) => ({
        createdAt: created.get(entry.key) ?? entry.createdAt,
      }))
    },
  },
  {
    name: 'only marks as deleted, and keeps createdAt',
    caughtBy: ['entries.created-again'],
    wrap(driver, clock) {
      const created = new Map<string, EpochMs>()
      const writer = changeCommits(driver, (commit, target) => {
        for (const { store, key } of commit.puts) {
          const id = entryId({ ...target, store }, key)
          created.set(id, created.get(id) ?? clock())
        }
        return commit
      })
      return changeEntries(writer, ({ key, createdAt }, scope) => ({
        createdAt: created.get(entryId(scope, key)) ?? createdAt,
      }))
    },
  },
  {
    name: 'writes content types in small letters',
    caughtBy: ['entries.content-type'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        contentType: put.contentType?.toLowerCase() ?? null,
      })),
  },
  {
    name: 'cuts content types off at 100 characters',
    caughtBy: ['entries.content-type'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        contentType: put.contentType?.slice(0, 100) ?? null,
      })),
  },
  {
    name: 'drops the parameters of content types',
    caughtBy: ['entries.content-type'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        contentType: put.contentType?.split(';')[0] ?? null,
      })),
  },
  {
    name: 'mints the versions itself',
    caughtBy: ['entries.version-as-given'],
    wrap: (driver) => changePuts(driver, (put) => ({ ...put, version: mintVersion() })),
  },
  {
    name: 'takes versions for numbers where it can',
    caughtBy: ['entries.version-as-given'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        const number = Number(put.version)
        return Number.isInteger(number) ? { ...put, version: parseVersion(`${number}`) } : put
      }),
  },
  {
    name: 'compares versions without case',
    caughtBy: ['entries.versions-compare-exactly'],
    wrap: (driver) =>
      compareVersions(driver, (left, right) => left.toLowerCase() === right.toLowerCase()),
  },
  {
    name: 'looks for the version of a check in the whole history of its key',
    caughtBy: ['entries.version-gone', 'compare-and-set.equal-bytes'],
    wrap(driver) {
      const history = new Set<string>()
      return changeCommits(driver, (commit, target) => {
        const checks = commit.checks.filter(({ store, key, version }) => {
          const id = entryId({ ...target, store }, key)
          return version === null || !history.has(id + version)
        })
        for (const { store, key, version } of commit.puts) {
          history.add(entryId({ ...target, store }, key) + version)
        }
        return { ...commit, checks }
      })
    },
  },
  {
    name: 'compares versions as numbers where it can',
    caughtBy: ['entries.versions-compare-exactly'],
    wrap: (driver) => compareVersions(driver, (left, right) => Number(left) === Number(right)),
  },
  {
    name: 'compares versions with LIKE',
    caughtBy: ['entries.versions-compare-exactly'],
    wrap: (driver) => compareVersions(driver, (left, right) => likePattern(right).test(left)),
  },
  {
    name: 'forgets the content type of values that it keeps in chunks',
    caughtBy: ['entries.of-any-size'],
    wrap: (driver) =>
      changePuts(driver, (put) =>
        put.value.byteLength > 65_536 ? { ...put, contentType: null } : put,
      ),
  },
  {
    name: 'keeps expiries in seconds',
    caughtBy: ['entries.expiry-as-given'],
    wrap: (driver) =>
      changePuts(driver, ({ expiresAt, ...put }) => ({
        ...put,
        expiresAt: expiresAt && Math.ceil(expiresAt / 1_000) * 1_000,
      })),
  },
  {
    name: 'keeps expiries as dates',
    caughtBy: ['entries.expiry-as-given'],
    wrap: (driver) =>
      changePuts(driver, ({ expiresAt, ...put }) => ({
        ...put,
        expiresAt: expiresAt && new Date(expiresAt).getTime(),
      })),
  },
]

/** A driver that takes some versions for one another when it checks. */
function compareVersions(
  driver: StorageDriver,
  isAlike: (current: Version, expected: Version) => boolean,
): StorageDriver {
  return changeCommits(driver, async (commit, target) => {
    const checks = commit.checks.map(async (check) => {
      const current = await versionOf(driver, target, check)
      const holds = current && check.version && isAlike(current, check.version)
      return holds ? { ...check, version: current } : check
    })
    return { ...commit, checks: await Promise.all(checks) }
  })
}
