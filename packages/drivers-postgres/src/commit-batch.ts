import type { EpochMs, PluginScope } from '@holdfast/core'
import { storeNames } from '@holdfast/core'
import { toAccountValues, toCounters, toNextExpiry, toStates } from './account-rows.ts'
import { keysOf } from './commit-keys.ts'
import { absent, type KnownPlugin, toKnown } from './known-plugin.ts'
import {
  chunkBytes,
  type KeyChange,
  type LedgerCommit,
  PluginLedger,
  type WrittenEntry,
} from './plugin-ledger.ts'
import { countExpired } from './read-statements.ts'
import type { SqlConnection } from './sql-connection.ts'
import {
  addChunk,
  adoptStreams,
  beginStream,
  lockUploads,
  orphanStreams,
  streamStates,
} from './stream-statements.ts'
import { textArray } from './text-array.ts'
import {
  createAccount,
  deleteEntries,
  lockAccount,
  readStates,
  updateAccount,
  upsertSizes,
  upsertStatement,
} from './write-statements.ts'

/** How a commit of a batch ended: `null` where it was applied. */
export type CommitOutcome = Error | null

/** A batch in its transaction, which has yet to be committed. */
export interface AppliedBatch {
  /** An outcome for each commit, which holds if the transaction does. */
  readonly outcomes: readonly CommitOutcome[]
  /** By which its transaction is known again; `null` if it wrote nothing. */
  readonly id: string | null
  /** The transaction that had written last before it; `null` if there was none. */
  readonly idBefore: string | null
  /** Whether it left chunks that are nobody's. */
  readonly hasOrphans: boolean
  /** What it wrote, and what was there before. */
  readonly changes: readonly KeyChange[]
  /** What is known once it is committed; `null` if nobody has written yet. */
  readonly known: KnownPlugin | null
}

/**
 * Applies commits of one plugin, one after the other, in the transaction that is open: each whole or
 * not at all, and what one is refused for holds up none of the others.
 */
export async function applyCommits(
  connection: SqlConnection,
  target: PluginScope,
  commits: readonly LedgerCommit[],
  now: EpochMs,
): Promise<AppliedBatch> {
  const { ledger, idBefore } = await openLedger(connection, target, commits, now)
  const outcomes = judge(ledger, commits)
  const id = crypto.randomUUID()
  const hasWritten = writeLedger(connection, target, ledger, { id, now })
  const lastCommit = hasWritten ? id : idBefore
  return {
    outcomes,
    id: hasWritten ? id : null,
    idBefore,
    hasOrphans: ledger.orphans.length > 0,
    changes: ledger.changes(),
    known: lastCommit === null ? null : toKnown(ledger, lastCommit, absent(keysOf(commits))),
  }
}

/** Applies commits to a ledger, one after the other. */
export function judge(
  ledger: PluginLedger,
  commits: readonly LedgerCommit[],
): readonly CommitOutcome[] {
  return commits.map((commit) => outcomeOf(() => ledger.apply(commit)))
}

function outcomeOf(apply: () => void): CommitOutcome {
  try {
    apply()
    return null
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

async function openLedger(
  connection: SqlConnection,
  { workspace, plugin }: PluginScope,
  commits: readonly LedgerCommit[],
  now: EpochMs,
): Promise<{ readonly ledger: PluginLedger; readonly idBefore: string | null }> {
  const streams = commits.flatMap(({ puts }) => puts.flatMap(({ stream }) => stream?.id ?? []))
  const keys = keysOf(commits)
  const values = { workspace, plugin, now, keys, streams: textArray(streams) }
  const hasQuota = commits.some(({ quota }) => quota !== null)
  for (;;) {
    // They are on their way together, and each sees what there is once the lock is taken.
    const [[account], states, uploads] = await Promise.all([
      connection.run(lockAccount, values),
      connection.run(readStates(keys.length), values),
      streams.length > 0 ? connection.run(lockUploads, values) : [],
    ])
    if (account !== undefined) {
      const nextExpiry = toNextExpiry(account)
      const mayHaveExpired = nextExpiry !== null && nextExpiry <= now
      const expired = hasQuota && mayHaveExpired ? await connection.run(countExpired, values) : []
      const expiredBytes = expired.reduce((sum, { bytes }) => sum + Number(bytes), 0)
      const ledger = new PluginLedger({
        now,
        counters: toCounters(account),
        nextExpiry,
        expiredBytes,
        states: toStates(states),
        uploads: new Set(uploads.map(({ id }) => id as string)),
      })
      return { ledger, idBefore: account['last_commit'] as string | null }
    }
    await connection.run(createAccount, values)
  }
}

/** Gives what a ledger has to write, which goes out with the end of the transaction. */
function writeLedger(
  connection: SqlConnection,
  { workspace, plugin }: PluginScope,
  ledger: PluginLedger,
  { id, now }: { readonly id: string; readonly now: EpochMs },
): boolean {
  const target = { workspace, plugin }
  const runs: Promise<unknown>[] = []
  for (const store of storeNames) {
    const keys = ledger.removed(store)
    if (keys.length === 0) continue
    runs.push(connection.run(deleteEntries, { ...target, store, keys: textArray(keys) }))
  }
  const written = ledger.written()
  for (const entry of written) runs.push(...writeChunks(connection, target, entry))
  for (let at = 0; at < written.length;) {
    const size = upsertSizes.find((rows) => rows <= written.length - at) ?? 1
    const rows = written.slice(at, at + size)
    runs.push(connection.run(upsertStatement(size), { ...target, ...toValues(rows, now) }))
    at += size
  }
  if (ledger.adopted.length > 0) {
    const streams = textArray(ledger.adopted)
    runs.push(connection.run(adoptStreams, { ...target, streams }))
  }
  if (ledger.orphans.length > 0) {
    const streams = textArray(ledger.orphans)
    runs.push(connection.run(orphanStreams, { ...target, streams }))
  }
  if (runs.length > 0) {
    runs.push(connection.run(updateAccount, toAccountValues(target, ledger, id)))
  }
  return runs.length > 0
}

/** Writes a value that is too large for its row, and has not arrived in chunks. */
function writeChunks(
  connection: SqlConnection,
  target: PluginScope,
  { stream, value }: WrittenEntry,
): readonly Promise<unknown>[] {
  if (stream === null || value === null) return []
  const begun = { ...target, stream, state: streamStates.live, leaseUntil: null }
  const runs = [connection.run(beginStream, begun)]
  for (let position = 0; position * chunkBytes < value.length; position++) {
    const bytes = value.subarray(position * chunkBytes, (position + 1) * chunkBytes)
    runs.push(connection.run(addChunk, { ...target, stream, position, bytes }))
  }
  return runs
}

function toValues(rows: readonly WrittenEntry[], now: EpochMs): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [row, entry] of rows.entries()) {
    values[`updatedAt${row}`] = now
    for (const [name, value] of Object.entries(entry)) values[`${name}${row}`] = value
    if (entry.stream !== null) values[`value${row}`] = null
  }
  return values
}
