import {
  type Commit,
  entryBytes,
  isHoldfastError,
  type Quota,
  quotaExceeded,
  type ScopesQuery,
  type StorageDriver,
  storeNames,
} from '@holdfast/core'
import { bytesOfOld, judgeQuota, type Outcome, outcomeOfCommit } from './judge-quota.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const quotaMutants: readonly Mutant[] = [
  {
    name: 'refuses the last byte of the quota',
    caughtBy: ['quota.to-the-byte'],
    wrap: (driver) => changeQuota(driver, (quota) => quota && { maxBytes: quota.maxBytes - 1 }),
  },
  {
    name: 'allows one byte more than the quota',
    caughtBy: ['quota.to-the-byte'],
    wrap: (driver) => changeQuota(driver, (quota) => quota && { maxBytes: quota.maxBytes + 1 }),
  },
  {
    name: 'counts keys for the quota by their UTF-16 units',
    caughtBy: ['quota.unit'],
    wrap: (driver) =>
      judgeQuota(driver, async (target, { puts }) => {
        const scopes = storeNames.map((store) => ({ ...target, store }))
        const held = await Promise.all(scopes.map((scope) => listWhole(driver, scope)))
        const before = sum(held.flat(), ({ key, size }) => key.length + size)
        const added = sum(puts, ({ key, value }) => key.length + value.byteLength)
        return [{ before, after: before + added }]
      }),
  },
  {
    name: 'says what the commit has and not what would be held',
    caughtBy: ['quota.error'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { puts, quota } = commit
          try {
            await driver.commit(target, commit, options)
          } catch (error) {
            if (quota === null || !isRefusal(error)) throw error
            throw quotaExceeded(
              quota,
              sum(puts, ({ key, value }) => entryBytes(key, value.length)),
            )
          }
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
          const bytes = sum(await Promise.all(usages), (usage) => usage.bytes)
          const { quota } = commit
          if (quota !== null && bytes > quota.maxBytes) throw quotaExceeded(quota, bytes)
        },
      }),
  },
  {
    name: 'keeps the room that it set aside for a commit which was refused',
    caughtBy: ['quota.after-refusals'],
    wrap(driver) {
      let setAside = 0
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const quota = commit.quota && { maxBytes: commit.quota.maxBytes - setAside }
          const bytes = sum(commit.puts, ({ key, value }) => entryBytes(key, value.length))
          setAside += bytes
          await driver.commit(target, { ...commit, quota }, options)
          setAside -= bytes
        },
      })
    },
  },
  {
    name: 'gives each store of a plugin the whole quota',
    caughtBy: ['quota.over-both-stores'],
    wrap: (driver) =>
      judgeQuota(driver, (target, commit) =>
        Promise.all(storeNames.map((store) => outcomeOfCommit(driver, target, commit, [store]))),
      ),
  },
  {
    name: 'counts all plugins of a workspace for the quota of one',
    caughtBy: ['quota.of-one-plugin'],
    wrap: (driver) =>
      judgeQuota(driver, ({ workspace }, commit) =>
        outcomeAmong(driver, commit, { workspace, plugin: null }),
      ),
  },
  {
    name: 'counts what a plugin holds in all workspaces for the quota in one',
    caughtBy: ['quota.of-one-plugin'],
    wrap: (driver) =>
      judgeQuota(driver, ({ plugin }, commit) =>
        outcomeAmong(driver, commit, { workspace: null, plugin }),
      ),
  },
  {
    name: 'counts an overwrite for all that it writes',
    caughtBy: ['quota.of-the-outcome', 'quota.room-in-both-stores'],
    wrap: (driver) => withoutRoomFrom(driver, ({ puts }) => puts),
  },
  {
    name: 'makes no room by deletes',
    caughtBy: ['quota.of-the-outcome', 'quota.room-in-both-stores'],
    wrap: (driver) => withoutRoomFrom(driver, ({ deletes }) => deletes),
  },
  {
    name: 'makes room by deletes in storage alone',
    caughtBy: ['quota.room-in-both-stores'],
    wrap: (driver) =>
      withoutRoomFrom(driver, ({ deletes }) =>
        deletes.filter(({ store }) => store === 'persistent_store'),
      ),
  },
  {
    name: 'judges each put by itself',
    caughtBy: ['quota.of-all-puts'],
    wrap: (driver) =>
      judgeQuota(driver, (target, { puts, deletes }) =>
        Promise.all(puts.map((put) => outcomeOfCommit(driver, target, { puts: [put], deletes }))),
      ),
  },
  {
    name: 'refuses all that leaves more than the quota',
    caughtBy: ['quota.shrinking', 'quota.none-and-zero'],
    wrap: (driver) =>
      judgeQuota(driver, async (target, commit) => {
        const { after } = await outcomeOfCommit(driver, target, commit)
        return [{ before: 0, after }]
      }),
  },
  {
    name: 'lets what is over the quota grow',
    caughtBy: ['quota.shrinking'],
    wrap: (driver) =>
      judgeQuota(driver, async (target, commit) => {
        const { before, after } = await outcomeOfCommit(driver, target, commit)
        return before > (commit.quota?.maxBytes ?? 0) ? [] : [{ before, after }]
      }),
  },
  {
    name: 'takes a quota of 0 for none',
    caughtBy: ['quota.none-and-zero'],
    wrap: (driver) => changeQuota(driver, (quota) => (quota?.maxBytes ? quota : null)),
  },
  {
    name: 'has a quota where none is given',
    caughtBy: ['quota.none-and-zero'],
    wrap: (driver) => changeQuota(driver, (quota) => quota ?? { maxBytes: 65_536 }),
  },
  {
    name: 'judges the quota before it begins its transaction',
    caughtBy: ['quota.together', 'quota.together-shared'],
    wrap: (driver) =>
      judgeQuota(driver, async (target, commit) => [await outcomeOfCommit(driver, target, commit)]),
  },
]

function changeQuota(
  driver: StorageDriver,
  change: (quota: Quota | null) => Quota | null,
): StorageDriver {
  return overrideDriver(driver, {
    commit: (target, commit, options) =>
      driver.commit(target, { ...commit, quota: change(commit.quota) }, options),
  })
}

/** What is held and would be held, with that of other scopes. */
async function outcomeAmong(
  driver: StorageDriver,
  { puts }: Commit,
  filter: Pick<ScopesQuery, 'workspace' | 'plugin'>,
): Promise<readonly Outcome[]> {
  const { scopes } = await driver.scopes({ ...filter, cursor: null, limit: 1_000 })
  const before = sum(scopes, ({ usage }) => usage.bytes)
  return [
    { before, after: before + sum(puts, ({ key, value }) => entryBytes(key, value.byteLength)) },
  ]
}

/** Counts as if some of what a commit replaces or removes stayed where it is. */
function withoutRoomFrom(
  driver: StorageDriver,
  pick: (commit: Commit) => Commit['deletes'],
): StorageDriver {
  return judgeQuota(driver, async (target, commit) => {
    const { before, after } = await outcomeOfCommit(driver, target, commit)
    return [{ before, after: after + (await bytesOfOld(driver, target, pick(commit))) }]
  })
}

function sum<Item>(items: readonly Item[], bytesOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + bytesOf(item), 0)
}

function isRefusal(error: unknown): boolean {
  return isHoldfastError(error) && error.code === 'QUOTA_EXCEEDED'
}
