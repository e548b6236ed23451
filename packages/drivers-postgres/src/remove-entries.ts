import type { EpochMs, PluginScope, Scope, StoreName, Usage } from '@holdfast/core'
import { toCounters } from './account-rows.ts'
import { hasArrived, isRefusal } from './lost-commit.ts'
import { retrying } from './retrying.ts'
import { deleteExpired, deleteScope, listExpired, readNextExpiry } from './scope-statements.ts'
import type { Row, SqlConnection, SqlDatabase } from './sql-connection.ts'
import {
  abandonExpired,
  deleteLostReaders,
  deleteOrphanChunks,
  deleteOrphans,
  listDirty,
  orphanStreams,
} from './stream-statements.ts'
import { textArray } from './text-array.ts'
import { lockAccount, updateAccount } from './write-statements.ts'

/** Entries that one transaction of a sweep removes before other writers have their turn. */
const sweepBatch = 500

/** Chunks that one statement removes: 8 MiB. */
const reclaimBatch = 8

/** Removes all entries of a scope. Returns what of it had not expired. */
export async function clearScope(
  database: SqlDatabase,
  { workspace, plugin, store }: Scope,
  now: EpochMs,
  signal: AbortSignal | undefined,
): Promise<Usage> {
  const target = { workspace, plugin }
  const attempt = async (): Promise<readonly Row[]> => {
    let cleared: Removal | undefined
    try {
      await database.transaction(async (connection) => {
        cleared = await removeEntries(connection, target, async () => {
          const rows = await connection.run(deleteScope, { ...target, store, now })
          return rows.map((row) => ({ ...row, store }))
        })
        // Until its end is on its way, nothing is removed.
        signal?.throwIfAborted()
      }, signal)
    } catch (error) {
      if (cleared === undefined || isRefusal(error)) throw error
      if (signal?.aborted === true && signal.reason === error) throw error
      // To clear again would remove what others have written since.
      const applied = { ...cleared, changes: [] }
      if (!(await hasArrived(database, target, applied, error, signal))) throw error
    }
    return cleared?.removed ?? []
  }
  const removed = await retrying(attempt, { signal })
  await reclaim(database, target, now)
  return sumOf(removed.filter((row) => row['has_expired'] !== true))
}

/** Removes what expired, and what uploads and readers left behind, plugin by plugin. */
export async function sweepAll(
  database: SqlDatabase,
  now: EpochMs,
  signal: AbortSignal | undefined,
): Promise<Usage> {
  let total: Usage = { entries: 0, bytes: 0 }
  for (const target of await targetsOf(database.run(listExpired, { now }))) {
    signal?.throwIfAborted()
    const removed = await sweepPlugin(database, target, now)
    total = { entries: total.entries + removed.entries, bytes: total.bytes + removed.bytes }
  }
  for (const target of await targetsOf(database.run(listDirty, { now }))) {
    await database.run(abandonExpired, { ...target, now })
    await database.run(deleteLostReaders, { ...target, now })
    await reclaim(database, target, now)
  }
  return total
}

/** Removes chunks of a plugin that are nobody's, a few at a time, so that others come between. */
export async function reclaim(
  database: SqlDatabase,
  { workspace, plugin }: PluginScope,
  now: EpochMs,
): Promise<void> {
  const values = { workspace, plugin, now, limit: reclaimBatch }
  while ((await database.run(deleteOrphanChunks, values)).length > 0) {
    // The next few.
  }
  await database.run(deleteOrphans, values)
}

async function sweepPlugin(
  database: SqlDatabase,
  target: PluginScope,
  now: EpochMs,
): Promise<Usage> {
  const { workspace, plugin } = target
  const values = { workspace, plugin, now, limit: sweepBatch }
  const all: Row[] = []
  const transaction = (): Promise<Removal> =>
    database.transaction((connection) =>
      removeEntries(connection, target, () => connection.run(deleteExpired, values)),
    )
  for (;;) {
    // To remove again what has expired harms nobody.
    const { removed } = await retrying(transaction)
    all.push(...removed)
    if (removed.length < sweepBatch) return sumOf(all)
  }
}

/** What a transaction has removed, and by which it is known again. */
interface Removal {
  readonly removed: readonly Row[]
  /** `null` if it wrote nothing. */
  readonly id: string | null
  readonly idBefore: string | null
}

/** Removes entries under the lock of their plugin, and counts them out. */
async function removeEntries(
  connection: SqlConnection,
  { workspace, plugin }: PluginScope,
  remove: () => Promise<readonly Row[]>,
): Promise<Removal> {
  const target = { workspace, plugin }
  const [account] = await connection.run(lockAccount, target)
  if (account === undefined) return { removed: [], id: null, idBefore: null }
  const [removed, [next]] = await Promise.all([remove(), connection.run(readNextExpiry, target)])
  const orphans = removed.flatMap(({ stream }) => (stream === null ? [] : [stream as string]))
  if (orphans.length > 0) {
    void connection.run(orphanStreams, { ...target, streams: textArray(orphans) })
  }
  const counters = toCounters(account)
  const left = (store: StoreName): Usage => {
    const gone = sumOf(removed.filter((row) => row['store'] === store))
    const { entries, bytes } = counters[store]
    return { entries: entries - gone.entries, bytes: bytes - gone.bytes }
  }
  const [storage, persistent] = [left('storage'), left('persistent_store')]
  const id = crypto.randomUUID()
  void connection.run(updateAccount, {
    ...target,
    storageEntries: storage.entries,
    storageBytes: storage.bytes,
    persistentEntries: persistent.entries,
    persistentBytes: persistent.bytes,
    nextExpiry: next?.['next_expiry'] ?? null,
    commit: id,
  })
  return { removed, id, idBefore: account['last_commit'] as string | null }
}

async function targetsOf(rows: Promise<readonly Row[]>): Promise<readonly PluginScope[]> {
  return (await rows).map(({ workspace, plugin }) => ({ workspace, plugin }) as PluginScope)
}

function sumOf(rows: readonly Row[]): Usage {
  return {
    entries: rows.length,
    bytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  }
}
