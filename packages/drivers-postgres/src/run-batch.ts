import type { Clock, PluginScope } from '@holdfast/core'
import { type AppliedBatch, applyCommits } from './commit-batch.ts'
import { hasArrived, isRefusal } from './lost-commit.ts'
import type { LedgerCommit } from './plugin-ledger.ts'
import { retrying } from './retrying.ts'
import type { SqlDatabase } from './sql-connection.ts'

/** What became of a batch that was committed. */
export type BatchOutcome = Pick<AppliedBatch, 'outcomes' | 'hasOrphans' | 'known'>

/**
 * Applies commits in one transaction, again where it certainly was not applied. Where the reply to
 * its end was lost, it looks whether the transaction arrived.
 *
 * @param signal - ends the attempts, with its reason if nothing was applied
 * @throws {@link HoldfastError} `OUTCOME_UNKNOWN` where it cannot be found out any more whether the
 * transaction arrived
 */
export async function runBatch(
  database: SqlDatabase,
  target: PluginScope,
  commits: readonly LedgerCommit[],
  clock: Clock,
  signal?: AbortSignal,
): Promise<BatchOutcome> {
  const attempt = async (): Promise<BatchOutcome> => {
    let applied: AppliedBatch | undefined
    const transaction = database.transaction(async (connection) => {
      const batch = await applyCommits(connection, target, commits, clock())
      signal?.throwIfAborted()
      applied = batch
    }, signal)
    try {
      // Until its end is on its way, nobody has to wait to know that nothing is applied.
      await (signal === undefined
        ? transaction
        : Promise.race([transaction, rejectOnAbort(signal, () => applied === undefined)]))
    } catch (error) {
      if (applied === undefined || isRefusal(error)) throw error
      if (!(await hasArrived(database, target, applied, error, signal))) throw error
    }
    return applied ?? { outcomes: [], hasOrphans: false, known: null }
  }
  return await retrying(attempt, { signal })
}

function rejectOnAbort(signal: AbortSignal, mayReject: () => boolean): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => {
      // The reasons of the signals of calls are errors of Holdfast.
      if (mayReject()) reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
