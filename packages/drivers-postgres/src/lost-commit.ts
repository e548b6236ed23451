import { HoldfastError, type PluginScope } from '@holdfast/core'
import { toStates } from './account-rows.ts'
import type { AppliedBatch } from './commit-batch.ts'
import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import { retrying } from './retrying.ts'
import type { SqlConnection, SqlDatabase } from './sql-connection.ts'
import { createAccount, fenceAccount, lockAccount, readStates } from './write-statements.ts'

/** What a server says before it closes a connection, or when it does not know the outcome either. */
const isUncertain = /^(?:08|57P|40003|58|XX)/

/** With these a server ends the connection, or all of them: what it has not said may yet be so. */
const lastSeverities: ReadonlySet<unknown> = new Set(['FATAL', 'PANIC'])

/** Whether the server itself said that it has not committed. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  if (error instanceof Error && 'severity' in error && lastSeverities.has(error.severity)) {
    return false
  }
  // SQLSTATEs of what a server knows begin with a digit, and codes of the network never do.
  return /^\d[0-9A-Z]{4}$/.test(code) && !isUncertain.test(code)
}

/** A batch whose transaction is on its way, or that is about to end. */
export interface SentBatch extends Pick<AppliedBatch, 'id' | 'idBefore' | 'changes'> {
  /** Transactions that can only have been applied after it was. */
  readonly idsAfter: string[]
}

/**
 * Finds out whether a transaction was committed whose end had no reply. If it was not, it never will
 * be.
 *
 * @throws {@link HoldfastError} `OUTCOME_UNKNOWN` where that can no longer be seen
 */
export async function hasArrived(
  database: SqlDatabase,
  target: PluginScope,
  sent: Pick<SentBatch, 'id' | 'idBefore' | 'changes'> & Partial<SentBatch>,
  error: unknown,
  signal?: AbortSignal,
): Promise<boolean> {
  if (sent.id === null) return true
  // What has not arrived by then is not to arrive later.
  const fence = crypto.randomUUID()
  const look = (): Promise<boolean | null> =>
    database.transaction((connection) => readBatch(connection, target, { ...sent, fence }))
  const found = await retrying(look, { signal }).catch(() => null)
  if (found === null) throw outcomeUnknown(error)
  return found
}

/** The error of a write of which it can no longer be seen whether it arrived. */
export function outcomeUnknown(error: unknown): HoldfastError {
  return new HoldfastError(
    'OUTCOME_UNKNOWN',
    'The connection was lost while the write was being committed, and it can no longer be seen whether it was. Read the key, then decide whether to write again.',
    { cause: new PostgresFailure(codeOf(error) ?? 'unknown') },
  )
}

/** A batch that is looked for. */
interface WantedBatch extends Pick<AppliedBatch, 'id' | 'idBefore' | 'changes'> {
  /** Transactions that can only have been applied after it was. */
  readonly idsAfter?: readonly string[] | undefined
  /** What to note so that it is not applied later. */
  readonly fence: string
}

/**
 * Looks, under the lock of the plugin, whether a batch has been committed; if not, it never will be.
 * `null` where those who wrote after it have left nothing to tell by.
 */
async function readBatch(
  connection: SqlConnection,
  { workspace, plugin }: PluginScope,
  { id, idBefore, idsAfter = [], changes, fence }: WantedBatch,
): Promise<boolean | null> {
  const keys = [...new Set(changes.map(({ key }) => key))]
  // Where there is no account to lock yet, this waits for whoever is about to make it.
  await connection.run(createAccount, { workspace, plugin })
  const [[account], rows] = await Promise.all([
    connection.run(lockAccount, { workspace, plugin }),
    connection.run(readStates(keys.length), { workspace, plugin, keys }),
  ])
  const last = (account?.['last_commit'] ?? null) as string | null
  if (last === id || (last !== null && idsAfter.includes(last))) return true
  if (last === fence) return false
  // What it is to follow may itself be still on its way.
  await connection.run(fenceAccount, { workspace, plugin, commit: fence })
  if (last === idBefore) return false
  // Others have written since. A version is never used twice, so each tells of one moment.
  const states = toStates(rows)
  for (const { store, key, versionBefore, versionAfter } of changes) {
    const version = states.get(store)?.get(key)?.version ?? null
    if (version !== null && version === versionAfter) return true
    if (version !== null && version === versionBefore) return false
  }
  return null
}
