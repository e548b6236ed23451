import {
  type Check,
  type Commit,
  HoldfastError,
  type PluginScope,
  type StorageDriver,
  type StorageKey,
  type StoreName,
  type Version,
  versionMismatch,
} from '@holdfast/core'
import { changeCommits, currentOf, entryId, versionOf, withOwnValues } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const compareAndSetMutants: readonly Mutant[] = [
  {
    name: 'checks first and writes later',
    caughtBy: ['compare-and-set.one-winner', 'compare-and-set.count', 'compare-and-set.no-skew'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        await expectChecks(driver, target, commit.checks)
        return { ...commit, checks: [] }
      }),
  },
  {
    name: 'keeps other commits out only of its own process',
    caughtBy: [
      'compare-and-set.one-winner-shared',
      'compare-and-set.count-shared',
      'compare-and-set.no-skew-shared',
    ],
    wrap(driver) {
      let queue: Promise<unknown> = Promise.resolve()
      return overrideDriver(driver, {
        commit(target, commit, options) {
          const own = withOwnValues(commit)
          const done = queue.then(async () => {
            await expectChecks(driver, target, own.checks)
            await driver.commit(target, { ...own, checks: [] }, options)
          })
          queue = done.catch(() => undefined)
          return done
        },
      })
    },
  },
  {
    name: 'locks only what it changes',
    caughtBy: ['compare-and-set.no-skew', 'compare-and-set.no-skew-shared'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const isChecked = (check: Check): boolean => changes(commit, check)
        await expectChecks(
          driver,
          target,
          commit.checks.filter((check) => !isChecked(check)),
        )
        return { ...commit, checks: commit.checks.filter(isChecked) }
      }),
  },
  {
    name: 'checks what is there after its puts',
    caughtBy: ['compare-and-set.version', 'compare-and-set.absence'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        for (const check of commit.checks) {
          const put = commit.puts.find((candidate) => isOfOneKey(candidate, check))
          if (put !== undefined) throw versionMismatch(check, put.version)
        }
        return commit
      }),
  },
  {
    name: 'checks what is there after its deletes',
    caughtBy: ['compare-and-set.guarded-delete'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const gone = commit.checks.find((check) =>
          commit.deletes.some((candidate) => isOfOneKey(candidate, check)),
        )
        if (gone !== undefined) throw versionMismatch(gone, null)
        return commit
      }),
  },
  {
    name: 'compares with NULL, which nothing is equal to',
    caughtBy: ['compare-and-set.absence', 'compare-and-set.alone'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const check = commit.checks.find(({ version }) => version === null)
        if (check !== undefined) throw versionMismatch(check, null)
        return commit
      }),
  },
  {
    name: 'finds the version of what was deleted',
    caughtBy: ['compare-and-set.absence'],
    wrap(driver) {
      const tombstones = new Map<string, Version>()
      return changeCommits(driver, async (commit, target) => {
        for (const check of commit.checks) {
          const tombstone = tombstones.get(entryId({ ...target, store: check.store }, check.key))
          if (check.version === null && tombstone) throw versionMismatch(check, tombstone)
        }
        for (const { store, key } of commit.deletes) {
          const version = await versionOf(driver, target, { store, key })
          if (version !== null) tombstones.set(entryId({ ...target, store }, key), version)
        }
        return commit
      })
    },
  },
  {
    name: 'takes a check of absence for none',
    caughtBy: ['compare-and-set.mismatch', 'compare-and-set.one-winner'],
    wrap: (driver) => heed(driver, ({ version }) => version !== null),
  },
  {
    name: 'lets a version hold where there is no entry',
    caughtBy: ['compare-and-set.mismatch'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const versions = commit.checks.map((check) => versionOf(driver, target, check))
        const current = await Promise.all(versions)
        return { ...commit, checks: commit.checks.filter((_, index) => current[index] !== null) }
      }),
  },
  {
    name: 'does not say which version is there',
    caughtBy: ['compare-and-set.mismatch', 'compare-and-set.one-winner'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options).catch((error: unknown) => {
            if (!(error instanceof HoldfastError) || error.code !== 'VERSION_MISMATCH') throw error
            const { current: _, ...context } = error.context
            throw new HoldfastError('VERSION_MISMATCH', error.message, { context })
          })
        },
      }),
  },
  {
    name: 'names the last check that fails',
    caughtBy: ['compare-and-set.first-named'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit: (target, commit, options) =>
          driver.commit(target, { ...commit, checks: commit.checks.toReversed() }, options),
      }),
  },
  {
    name: 'checks one store and then the other',
    caughtBy: ['compare-and-set.first-named'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit(target, commit, options) {
          const ofStore = (name: StoreName): readonly Check[] =>
            commit.checks.filter(({ store }) => store === name)
          const checks = [...ofStore('storage'), ...ofStore('persistent_store')]
          return driver.commit(target, { ...commit, checks }, options)
        },
      }),
  },
  {
    name: 'heeds the first three checks of a commit',
    caughtBy: ['compare-and-set.each-check'],
    wrap: (driver) => heed(driver, (_check, _commit, index) => index < 3),
  },
  {
    name: 'heeds the first 999 checks of a commit',
    caughtBy: ['compare-and-set.each-check'],
    wrap: (driver) => heed(driver, (_check, _commit, index) => index < 999),
  },
  {
    name: 'heeds of many checks those of one store',
    caughtBy: ['compare-and-set.each-check'],
    wrap: (driver) => heed(driver, ({ store }, { checks }) => store === checks[0]?.store),
  },
  {
    name: 'heeds only checks on what it changes',
    caughtBy: ['compare-and-set.other-keys', 'compare-and-set.alone', 'compare-and-set.each-check'],
    wrap: (driver) => heed(driver, (check, commit) => changes(commit, check)),
  },
  {
    name: 'has nothing to do where there is nothing to write',
    caughtBy: ['compare-and-set.alone'],
    wrap: (driver) => heed(driver, (_, { puts, deletes }) => puts.length + deletes.length > 0),
  },
  {
    name: 'deletes whatever version is there',
    caughtBy: ['compare-and-set.guarded-delete'],
    wrap: (driver) =>
      heed(driver, (check, { deletes }) => !deletes.some((gone) => isOfOneKey(gone, check))),
  },
  {
    name: 'checks the bytes in place of the version',
    caughtBy: ['compare-and-set.equal-bytes'],
    wrap(driver) {
      const values = new Map<Version, Uint8Array>()
      return changeCommits(driver, async (commit, target) => {
        for (const { version, value } of commit.puts) values.set(version, value)
        const checks = commit.checks.map(async (check) => {
          const seen = check.version && values.get(check.version)
          const current = await currentOf(driver, target, check)
          const isEqual = seen && current && Buffer.compare(seen, current.value) === 0
          return isEqual ? { ...check, version: current.version } : check
        })
        return { ...commit, checks: await Promise.all(checks) }
      })
    },
  },
  {
    name: 'heeds the last check of a key alone',
    caughtBy: ['compare-and-set.key-twice'],
    wrap: (driver) =>
      heed(
        driver,
        (check, { checks }) => checks.findLast((other) => isOfOneKey(other, check)) === check,
      ),
  },
  {
    name: 'refuses two checks of a key',
    caughtBy: ['compare-and-set.key-twice'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const keys = new Set(commit.checks.map(({ store, key }) => `${store} ${key}`))
        if (keys.size === commit.checks.length) return commit
        throw new Error('UNIQUE constraint failed')
      }),
  },
  {
    name: 'leaves expiry and content type as they are where it compares and sets',
    caughtBy: ['compare-and-set.whole-entry'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        if (commit.checks.length === 0) return commit
        const puts = commit.puts.map(async (put) => {
          const { expiresAt = null, contentType = null } =
            (await currentOf(driver, target, put)) ?? {}
          return { ...put, expiresAt, contentType }
        })
        return { ...commit, puts: await Promise.all(puts) }
      }),
  },
  {
    name: 'forgets the content type of what it puts beside a delete',
    caughtBy: ['compare-and-set.whole-entry'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        if (commit.deletes.length === 0) return commit
        return { ...commit, puts: commit.puts.map((put) => ({ ...put, contentType: null })) }
      }),
  },
]

/** A driver that leaves some checks out. */
function heed(
  driver: StorageDriver,
  isHeeded: (check: Check, commit: Commit, index: number) => boolean,
): StorageDriver {
  return overrideDriver(driver, {
    commit(target, commit, options) {
      const checks = commit.checks.filter((check, index) => isHeeded(check, commit, index))
      return driver.commit(target, { ...commit, checks }, options)
    },
  })
}

/** Rejects if a check does not hold now. */
async function expectChecks(
  driver: StorageDriver,
  target: PluginScope,
  checks: readonly Check[],
): Promise<void> {
  for (const check of checks) {
    const current = await versionOf(driver, target, check)
    if (current !== check.version) throw versionMismatch(check, current)
  }
}

interface KeyOfStore {
  readonly store: StoreName
  readonly key: StorageKey
}

function changes({ puts, deletes }: Commit, check: KeyOfStore): boolean {
  return [...puts, ...deletes].some((change) => isOfOneKey(change, check))
}

function isOfOneKey(left: KeyOfStore, right: KeyOfStore): boolean {
  return left.store === right.store && left.key === right.key
}
