import { type Clock, HoldfastError, type PluginScope } from '@holdfast/core'
import { type AppliedBatch, applyCommits, type CommitOutcome, readBatch } from './commit-batch.ts'
import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import type { LedgerCommit } from './plugin-ledger.ts'
import { hasLostConnection, retrying } from './retrying.ts'
import type { SqlDatabase } from './sql-connection.ts'

/**
 * Applies commits in one transaction, again where it certainly was not applied. Where the reply to
 * its end was lost, it looks whether the transaction arrived.
 *
 * @throws {@link HoldfastError} `OUTCOME_UNKNOWN` where that cannot be found out any more
 */
export async function runBatch(
  database: SqlDatabase,
  target: PluginScope,
  commits: readonly LedgerCommit[],
  clock: Clock,
): Promise<readonly CommitOutcome[]> {
  return await retrying(async () => {
    let applied: AppliedBatch | undefined
    try {
      await database.transaction(async (connection) => {
        applied = await applyCommits(connection, target, commits, clock())
      })
    } catch (error) {
      if (applied === undefined || !hasLostConnection(error)) throw error
      if (!(await hasArrived(database, target, applied, error))) throw error
    }
    return applied?.outcomes ?? []
  })
}

async function hasArrived(
  database: SqlDatabase,
  target: PluginScope,
  applied: AppliedBatch,
  error: unknown,
): Promise<boolean> {
  if (applied.id === null) return true
  // The lock of the plugin comes free only when the transaction has ended, one way or the other.
  const found = await retrying(() =>
    database.transaction((connection) => readBatch(connection, target, applied)),
  ).catch(() => null)
  if (found === null) throw outcomeUnknown(error)
  return found
}

function outcomeUnknown(error: unknown): HoldfastError {
  return new HoldfastError(
    'OUTCOME_UNKNOWN',
    'The connection was lost while the write was being committed, and it can no longer be seen whether it was. Read the key, then decide whether to write again.',
    { cause: new PostgresFailure(codeOf(error) ?? 'unknown') },
  )
}
