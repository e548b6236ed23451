import {
  type Commit,
  type Delete,
  mintVersion,
  type Put,
  type StorageDriver,
  storeNames,
} from '@holdfast/core'
import { mebibyte } from '../bytes.ts'
import { turnOfEventLoop } from '../settlement.ts'
import { changeCommits, changePuts, withOwnValues } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** What goes wrong with commits of many changes. */
export const batchMutants: readonly Mutant[] = [
  {
    name: 'writes to the store of its first put alone',
    caughtBy: ['commit.both-stores', 'commit.each-put'],
    wrap: (driver) =>
      takePart(driver, { puts: ({ store }, _index, puts) => store === puts[0]?.store }),
  },
  {
    name: 'deletes from the store of its first delete alone',
    caughtBy: ['commit.both-stores'],
    wrap: (driver) =>
      takePart(driver, { deletes: ({ store }, _index, deletes) => store === deletes[0]?.store }),
  },
  {
    name: 'deletes nothing beside a put',
    caughtBy: ['commit.both-stores'],
    wrap: (driver) =>
      changeCommits(driver, (commit) =>
        commit.puts.length > 0 ? { ...commit, deletes: [] } : commit,
      ),
  },
  {
    name: 'mints versions from the second put of a commit on',
    caughtBy: ['commit.each-put'],
    wrap: (driver) =>
      changePuts(driver, (put, index) => (index === 0 ? put : { ...put, version: mintVersion() })),
  },
  {
    name: 'gives all puts of a commit the expiry of the first',
    caughtBy: ['commit.each-put'],
    wrap: (driver) => likeTheFirst(driver, (put, { expiresAt }) => ({ ...put, expiresAt })),
  },
  {
    name: 'gives all puts of a commit the content type of the first',
    caughtBy: ['commit.each-put'],
    wrap: (driver) => likeTheFirst(driver, (put, { contentType }) => ({ ...put, contentType })),
  },
  {
    name: 'gives all puts of a commit the value of the first',
    caughtBy: ['commit.each-put'],
    wrap: (driver) => likeTheFirst(driver, (put, { value }) => ({ ...put, value })),
  },
  {
    name: 'writes of many puts each store in the order of its own',
    caughtBy: ['commit.each-put'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const byStore = storeNames.flatMap((name) =>
          commit.puts.filter(({ store }) => store === name),
        )
        const puts = commit.puts.map((put, index) => ({
          ...put,
          version: byStore[index]?.version ?? put.version,
        }))
        return { ...commit, puts }
      }),
  },
  {
    name: 'writes the first 999 puts of a commit',
    caughtBy: ['commit.most-entries', 'commit.each-put'],
    wrap: (driver) => takePart(driver, { puts: (_, index) => index < 999 }),
  },
  {
    name: 'heeds the first 100 deletes of a commit',
    caughtBy: ['commit.most-entries'],
    wrap: (driver) => takePart(driver, { deletes: (_, index) => index < 100 }),
  },
  {
    name: 'has no more than 999 places in a statement',
    caughtBy: ['commit.most-entries', 'commit.each-put'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        if (commit.puts.length > 999) throw new Error('too many SQL variables')
        return commit
      }),
  },
  {
    name: 'writes the first 32 MiB of a commit',
    caughtBy: ['commit.most-bytes'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        let bytes = 0
        const puts = commit.puts.filter(({ value }) => (bytes += value.byteLength) <= 32 * mebibyte)
        return { ...commit, puts }
      }),
  },
  {
    name: 'splits up a commit of too many changes',
    caughtBy: ['commit.too-many-entries'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { maxCommitEntries } = driver.capabilities
          if (commit.puts.length + commit.deletes.length <= maxCommitEntries) {
            await driver.commit(target, commit, options)
          } else {
            await driver.commit(target, { ...commit, deletes: [] }, options)
            await driver.commit(target, { ...commit, checks: [], puts: [] }, options)
          }
        },
      }),
  },
  {
    name: 'heeds as many checks as it can, and no more',
    caughtBy: ['commit.too-many-checks'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => ({
        ...commit,
        checks: commit.checks.slice(0, driver.capabilities.maxCommitEntries),
      })),
  },
  {
    name: 'bounds checks and changes together',
    caughtBy: ['commit.too-many-checks'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const count = commit.checks.length + commit.puts.length + commit.deletes.length
        if (count > driver.capabilities.maxCommitEntries) throw new Error('too many SQL variables')
        return commit
      }),
  },
  {
    name: 'writes a large commit in transactions of 500 puts',
    caughtBy: ['commit.most-entries-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { puts, ...rest } = withOwnValues(commit)
          await driver.commit(target, { ...rest, puts: puts.slice(0, 500) }, options)
          const others = { checks: [], puts: puts.slice(500), deletes: [], quota: rest.quota }
          if (others.puts.length === 0) return
          await turnOfEventLoop()
          await driver.commit(target, others, options)
        },
      }),
  },
  {
    name: 'reads many keys 500 at a time',
    caughtBy: ['commit.most-entries-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys.slice(0, 500), options)
          if (keys.length <= 500) return entries
          await turnOfEventLoop()
          return [...entries, ...(await driver.get(scope, keys.slice(500), options))]
        },
      }),
  },
  {
    name: 'deletes 500 keys at a time',
    caughtBy: ['commit.most-entries-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { deletes, ...rest } = withOwnValues(commit)
          await driver.commit(target, { ...rest, deletes: deletes.slice(0, 500) }, options)
          if (deletes.length <= 500) return
          await turnOfEventLoop()
          const others = { checks: [], puts: [], deletes: deletes.slice(500), quota: null }
          await driver.commit(target, others, options)
        },
      }),
  },
]

/** A driver that drops a part of what a commit has to change. */
function takePart(
  driver: StorageDriver,
  {
    puts: isPut = () => true,
    deletes: isDeleted = () => true,
  }: {
    readonly puts?: (put: Put, index: number, puts: readonly Put[]) => boolean
    readonly deletes?: (gone: Delete, index: number, deletes: readonly Delete[]) => boolean
  },
): StorageDriver {
  const part = ({ puts, deletes, ...commit }: Commit): Commit => ({
    ...commit,
    puts: puts.filter(isPut),
    deletes: deletes.filter(isDeleted),
  })
  return overrideDriver(driver, {
    commit: (target, commit, options) => driver.commit(target, part(commit), options),
  })
}

/** A driver that has the puts of a commit take something from the first of them. */
function likeTheFirst(driver: StorageDriver, take: (put: Put, first: Put) => Put): StorageDriver {
  return changeCommits(driver, (commit) => {
    const [first] = commit.puts
    return { ...commit, puts: commit.puts.map((put) => (first ? take(put, first) : put)) }
  })
}
