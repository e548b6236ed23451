import type { PluginScope } from '@holdfast/core'
import { BatchQueue } from './batch-queue.ts'
import type { CommitOutcome } from './commit-batch.ts'
import type { LedgerCommit } from './plugin-ledger.ts'

/**
 * Applies batches of commits of one plugin; an outcome for each commit. The signal says that nobody
 * waits for any of them any more; there is none where somebody waits however long.
 */
export type ApplyBatch = (
  commits: readonly LedgerCommit[],
  signal: AbortSignal | undefined,
) => Promise<readonly CommitOutcome[]>

/** Most bytes of values in a batch of several commits. */
const maxBatchBytes = 1_048_576

/** Most changes and checks in a batch of several commits. */
const maxBatchEntries = 1_024

/** While one waits for the disk, the next is on its way. */
const maxInFlight = 2

/**
 * Puts the commits of a plugin that come together into batches: one transaction for many, so that they
 * wait for the disk together.
 */
export class CommitQueue {
  readonly #begin: (target: PluginScope) => ApplyBatch
  readonly #plugins = new Map<string, BatchQueue<LedgerCommit, void>>()

  /** @param begin - called for a plugin whenever there was nothing to do for it */
  constructor(begin: (target: PluginScope) => ApplyBatch) {
    this.#begin = begin
  }

  add(target: PluginScope, commit: LedgerCommit, signal: AbortSignal | undefined): Promise<void> {
    const id = `${target.workspace} ${target.plugin}`
    const queue = this.#plugins.get(id) ?? this.#open(id, target)
    return queue.add(commit, signal)
  }

  #open(id: string, target: PluginScope): BatchQueue<LedgerCommit, void> {
    const apply = this.#begin(target)
    const queue = new BatchQueue<LedgerCommit, void>({
      take: countThatFit,
      run: async (commits, signal) => {
        const outcomes = await apply(commits, signal)
        return outcomes.map((outcome) =>
          outcome === null
            ? { status: 'fulfilled', value: undefined }
            : { status: 'rejected', reason: outcome },
        )
      },
      maxInFlight,
      onEmpty: () => this.#plugins.delete(id),
    })
    this.#plugins.set(id, queue)
    return queue
  }
}

function countThatFit(commits: readonly LedgerCommit[]): number {
  let [bytes, entries] = [0, 0]
  for (const [count, commit] of commits.entries()) {
    const size = sizeOf(commit)
    bytes += size.bytes
    entries += size.entries
    if (count > 0 && (bytes > maxBatchBytes || entries > maxBatchEntries)) return count
  }
  return commits.length
}

function sizeOf({ checks, puts, deletes }: LedgerCommit): {
  readonly bytes: number
  readonly entries: number
} {
  return {
    bytes: puts.reduce((sum, { value }) => sum + value.byteLength, 0),
    entries: checks.length + puts.length + deletes.length,
  }
}
