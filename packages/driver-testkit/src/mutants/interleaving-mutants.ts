import type { Commit, Entry, StorageKey } from '@holdfast/core'
import { turnOfEventLoop } from '../settlement.ts'
import { withOwnValues } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** What goes wrong between commits, and readers, that are on their way at once. */
export const interleavingMutants: readonly Mutant[] = [
  {
    name: 'reads one key after the other',
    caughtBy: ['commit.whole-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = []
          for (const key of keys) {
            entries.push(...(await driver.get(scope, [key], options)))
            await turnOfEventLoop()
          }
          return entries
        },
      }),
  },
  {
    name: 'lets readers see a commit on its way',
    caughtBy: ['commit.whole-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { puts, ...rest } = withOwnValues(commit)
          const [first, ...others] = puts
          const early = first === undefined ? [] : [first]
          await driver.commit(target, { ...rest, puts: early }, options)
          if (others.length === 0) return
          await driver.commit(target, { ...rest, checks: [], deletes: [], puts: others }, options)
        },
      }),
  },
  {
    name: 'writes of the commits of one moment only the last',
    caughtBy: ['commit.side-by-side'],
    wrap(driver) {
      let newest: Commit | undefined
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const own = withOwnValues(commit)
          newest = own
          await Promise.resolve()
          if (newest === own) await driver.commit(target, own, options)
        },
      })
    },
  },
  {
    name: 'refuses all commits of a batch for one of them',
    caughtBy: ['commit.goes-on'],
    wrap(driver) {
      let batch: Promise<void>[] = []
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const own = batch
          own.push(driver.commit(target, commit, options))
          await Promise.resolve()
          if (batch === own) batch = []
          await Promise.all(own)
        },
      })
    },
  },
  {
    name: 'stops with the first commit that is refused',
    caughtBy: ['commit.goes-on'],
    wrap(driver) {
      let queue: Promise<void> = Promise.resolve()
      return overrideDriver(driver, {
        commit(target, commit, options) {
          const own = withOwnValues(commit)
          queue = queue.then(() => driver.commit(target, own, options))
          return queue
        },
      })
    },
  },
  {
    name: 'shows what it is about to write',
    caughtBy: ['commit.refused-unseen'],
    wrap(driver) {
      const early = new Map<StorageKey, Uint8Array>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const { key, value } of commit.puts) early.set(key, value)
          try {
            await driver.commit(target, commit, options)
          } finally {
            for (const { key } of commit.puts) early.delete(key)
          }
        },
        async get(scope, keys, options) {
          const seen = keys.map((key) => early.get(key))
          const entries = await driver.get(scope, keys, options)
          return entries.map(
            (entry, index) => entry && { ...entry, value: seen[index] ?? entry.value },
          )
        },
      })
    },
  },
  {
    name: 'has a read join one of the same keys that is under way',
    caughtBy: ['get.among-reads'],
    wrap(driver) {
      const underWay = new Map<string, Promise<readonly (Entry | null)[]>>()
      return overrideDriver(driver, {
        async get(scope, keys, options) {
          const id = JSON.stringify([scope, keys])
          const read = async (): Promise<readonly (Entry | null)[]> => {
            const entries = await driver.get(scope, keys, options)
            await turnOfEventLoop()
            underWay.delete(id)
            return entries
          }
          const joined = underWay.get(id) ?? read()
          underWay.set(id, joined)
          return (await joined).map((entry) => entry && { ...entry, value: entry.value.slice() })
        },
      })
    },
  },
]
