import { type Entry, mintVersion, type Scope, type StorageDriver, type Usage } from '@holdfast/core'
import { turnOfEventLoop } from '../settlement.ts'
import { scopeId } from './entry-id.ts'
import { forEachEntry, rewrite } from './for-each-entry.ts'
import { judgeQuota, outcomeOfCommit } from './judge-quota.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'
import { sharedStoreMutants } from './shared-store-mutants.ts'

export const durabilityMutants: readonly Mutant[] = [
  {
    name: 'keeps content types in its memory alone',
    caughtBy: ['durability.reopened'],
    wrap: (driver) => changeAtClose(driver, (entry) => ({ ...entry, contentType: null })),
  },
  {
    name: 'takes an entry that it finds for one that was never overwritten',
    caughtBy: ['durability.reopened'],
    wrap(driver) {
      const written = new Set<string>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { version } of commit.puts) written.add(version)
        },
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          const entries = page.entries.map((entry) =>
            written.has(entry.version) ? entry : { ...entry, createdAt: entry.updatedAt },
          )
          return { ...page, entries }
        },
      })
    },
  },
  {
    name: 'counts usage from when it was opened',
    caughtBy: ['durability.reopened'],
    wrap(driver) {
      const found = foundAtOpen(driver)
      return overrideDriver(found.driver, {
        async usage(scope, options) {
          const { entries, bytes } = await driver.usage(scope, options)
          const old = found.usageOf(scope)
          return { entries: entries - old.entries, bytes: bytes - old.bytes }
        },
      })
    },
  },
  {
    name: 'answers commits, and drops those that it has not written when it is closed',
    caughtBy: ['durability.in-flight'],
    wrap(driver) {
      let isClosed = false
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await turnOfEventLoop()
          if (!isClosed) await driver.commit(target, commit, options)
        },
        async close() {
          isClosed = true
          await driver.close()
        },
      })
    },
  },
  {
    name: 'writes a commit with the call that follows it',
    caughtBy: ['durability.versions', 'durability.expiry'],
    wrap(driver) {
      let write: (() => Promise<void>) | undefined
      const flush = async (): Promise<void> => {
        const due = write
        write = undefined
        await due?.()
      }
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await flush()
          write = () => driver.commit(target, commit, options)
        },
        async get(scope, keys, options) {
          await flush()
          return await driver.get(scope, keys, options)
        },
        async list(scope, query, options) {
          await flush()
          return await driver.list(scope, query, options)
        },
      })
    },
  },
  {
    name: 'keeps in its memory alone what was deleted',
    caughtBy: ['durability.removed'],
    wrap(driver) {
      const removed: Removed[] = []
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const { store, key } of commit.deletes) {
            const [entry] = await driver.get({ ...target, store }, [key], options)
            if (entry) removed.push({ scope: { ...target, store }, entry })
          }
          await driver.commit(target, commit, options)
        },
        close: () => closeWith(driver, removed),
      })
    },
  },
  {
    name: 'keeps in its memory alone what was cleared',
    caughtBy: ['durability.removed'],
    wrap(driver) {
      const removed: Removed[] = []
      return overrideDriver(driver, {
        async clear(scope, options) {
          for (const { value, ...metadata } of await listWhole(driver, scope)) {
            if (value !== null) removed.push({ scope, entry: { ...metadata, value } })
          }
          return await driver.clear(scope, options)
        },
        close: () => closeWith(driver, removed),
      })
    },
  },
  {
    name: 'gives its entries new versions from one opening to the next',
    caughtBy: ['durability.versions'],
    wrap: (driver) => changeAtClose(driver, (entry) => ({ ...entry, version: mintVersion() })),
  },
  {
    name: 'counts for the quota from when it was opened',
    caughtBy: ['durability.versions'],
    wrap(driver) {
      const found = foundAtOpen(driver)
      return judgeQuota(found.driver, async (target, commit) => {
        const { before, after } = await outcomeOfCommit(driver, target, commit)
        const old =
          found.usageOf({ ...target, store: 'storage' }).bytes +
          found.usageOf({ ...target, store: 'persistent_store' }).bytes
        return [{ before: before - old, after: after - old }]
      })
    },
  },
  {
    name: 'keeps what expires when in its memory alone',
    caughtBy: ['durability.expiry'],
    wrap: (driver) => changeAtClose(driver, (entry) => ({ ...entry, expiresAt: null })),
  },
  ...sharedStoreMutants,
]

/** An entry that is no longer there, but will be when the store is opened again. */
interface Removed {
  readonly scope: Scope
  readonly entry: Entry
}

async function closeWith(driver: StorageDriver, removed: readonly Removed[]): Promise<void> {
  for (const { scope, entry } of removed) {
    const [current] = await driver.get(scope, [entry.key])
    if (!current) await rewrite(driver, scope, entry)
  }
  await driver.close()
}

/** A driver whose entries are others when the store is opened again. */
function changeAtClose(driver: StorageDriver, change: (entry: Entry) => Entry): StorageDriver {
  return overrideDriver(driver, {
    async close() {
      await forEachEntry(driver, (scope, entry) => rewrite(driver, scope, change(entry)))
      await driver.close()
    },
  })
}

/** Looks when a driver is opened for what is there already. */
function foundAtOpen(driver: StorageDriver): {
  readonly driver: StorageDriver
  readonly usageOf: (scope: Scope) => Usage
} {
  const found = new Map<string, Usage>()
  return {
    driver: overrideDriver(driver, {
      async open(options) {
        await driver.open(options)
        const everything = { workspace: null, plugin: null, cursor: null, limit: 1_000 }
        const { scopes } = await driver.scopes(everything)
        for (const { scope, usage } of scopes) found.set(scopeId(scope), usage)
      },
    }),
    usageOf: (scope) => found.get(scopeId(scope)) ?? { entries: 0, bytes: 0 },
  }
}
