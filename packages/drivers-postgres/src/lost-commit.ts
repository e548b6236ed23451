import { HoldfastError, type PluginScope } from '@holdfast/core'
import { type AppliedBatch, readBatch } from './commit-batch.ts'
import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import { retrying } from './retrying.ts'
import type { SqlDatabase } from './sql-connection.ts'

/** What a server says before it closes a connection, or when it does not know the outcome either. */
const isUncertain = /^(?:08|57P|40003)/

/** Whether the server itself said that it has not committed. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  // SQLSTATEs of what a server knows begin with a digit, and codes of the network never do.
  return /^\d[0-9A-Z]{4}$/.test(code) && !isUncertain.test(code)
}

/**
 * Finds out whether a transaction was committed whose end had no reply.
 *
 * @throws {@link HoldfastError} `OUTCOME_UNKNOWN` where that can no longer be seen
 */
export async function hasArrived(
  database: SqlDatabase,
  target: PluginScope,
  applied: Pick<AppliedBatch, 'id' | 'idBefore' | 'changes'>,
  error: unknown,
  signal?: AbortSignal,
): Promise<boolean> {
  if (applied.id === null) return true
  // The lock of the plugin comes free only when the transaction has ended, one way or the other.
  const look = (): Promise<boolean | null> =>
    database.transaction((connection) => readBatch(connection, target, applied))
  const found = await retrying(look, { signal }).catch(() => null)
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
