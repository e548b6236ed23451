import type {
  Commit,
  EntryMetadata,
  Entry,
  PluginScope,
  Put,
  Scope,
  StorageDriver,
  StorageKey,
  StoreName,
  Version,
} from '@holdfast/core'
import { overrideDriver } from './override-driver.ts'

/** A driver that stores other puts than it was given. */
export function changePuts(
  driver: StorageDriver,
  change: (put: Put, index: number) => Put,
): StorageDriver {
  return overrideDriver(driver, {
    commit: (target, commit, options) =>
      driver.commit(target, { ...commit, puts: commit.puts.map(change) }, options),
  })
}

/** A driver that makes another commit than it was told. Values are copied in time. */
export function changeCommits(
  driver: StorageDriver,
  change: (commit: Commit, target: PluginScope) => Commit | Promise<Commit>,
): StorageDriver {
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      await driver.commit(target, await change(withOwnValues(commit), target), options)
    },
  })
}

/** A driver that writes over an entry something else than it was given. */
export function changeOverwrites(
  driver: StorageDriver,
  change: (put: Put, old: Entry) => Put,
): StorageDriver {
  return changeCommits(driver, async (commit, target) => {
    const changed = commit.puts.map(async (put) => {
      const old = await currentOf(driver, target, put)
      return old === null ? put : change(put, old)
    })
    return { ...commit, puts: await Promise.all(changed) }
  })
}

/** A driver that gives out entries other than they are, by `get` and by `list`. */
export function changeEntries(
  driver: StorageDriver,
  change: (entry: EntryMetadata, scope: Scope) => Partial<EntryMetadata>,
): StorageDriver {
  return overrideDriver(driver, {
    async get(scope, keys, options) {
      const entries = await driver.get(scope, keys, options)
      return entries.map((entry) => entry && { ...entry, ...change(entry, scope) })
    },
    async list(scope, query, options) {
      const { entries, cursor } = await driver.list(scope, query, options)
      return { entries: entries.map((entry) => ({ ...entry, ...change(entry, scope) })), cursor }
    },
  })
}

/** A commit whose values nobody else writes to. */
export function withOwnValues(commit: Commit): Commit {
  const puts = commit.puts.map((put) => ({ ...put, value: new Uint8Array(put.value) }))
  return { ...commit, puts }
}

/** What is there under the key of a check, a put or a delete. */
export async function currentOf(
  driver: StorageDriver,
  target: PluginScope,
  { store, key }: { readonly store: StoreName; readonly key: StorageKey },
): Promise<Entry | null> {
  const [entry] = await driver.get({ ...target, store }, [key])
  return entry ?? null
}

/** The version that is there under the key of a check. */
export async function versionOf(
  driver: StorageDriver,
  target: PluginScope,
  check: { readonly store: StoreName; readonly key: StorageKey },
): Promise<Version | null> {
  return (await currentOf(driver, target, check))?.version ?? null
}

/** A text of its own for each key of each scope. */
export function entryId({ workspace, plugin, store }: Scope, key: StorageKey): string {
  return JSON.stringify([workspace, plugin, store, key])
}
