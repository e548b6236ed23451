import type { PluginScope } from '@holdfast/core'
import type { CommitOutcome } from './commit-batch.ts'
import type { LedgerCommit } from './plugin-ledger.ts'

/** Applies commits of one plugin in a transaction of their own; an outcome for each. */
export type ApplyBatch = (
  target: PluginScope,
  commits: readonly LedgerCommit[],
) => Promise<readonly CommitOutcome[]>

/** Most bytes of values in a batch of several commits. */
const maxBatchBytes = 1_048_576

/** Most changes and checks in a batch of several commits. */
const maxBatchEntries = 1_024

/** While one waits for the disk, the next is on its way. */
const maxInFlight = 2

interface Waiting {
  readonly commit: LedgerCommit
  readonly signal: AbortSignal | undefined
  readonly settle: PromiseWithResolvers<void>
}

/**
 * Puts the commits of a tick, and those that come while others are on their way, into batches: one
 * transaction for many, so that they wait for the disk together.
 */
export class CommitQueue {
  readonly #apply: ApplyBatch
  readonly #plugins = new Map<string, PluginQueue>()

  constructor(apply: ApplyBatch) {
    this.#apply = apply
  }

  add(target: PluginScope, commit: LedgerCommit, signal: AbortSignal | undefined): Promise<void> {
    const id = `${target.workspace} ${target.plugin}`
    let queue = this.#plugins.get(id)
    if (queue === undefined) {
      const forget = (): boolean => this.#plugins.delete(id)
      queue = new PluginQueue((commits) => this.#apply(target, commits), forget)
      this.#plugins.set(id, queue)
    }
    return queue.add(commit, signal)
  }
}

class PluginQueue {
  readonly #apply: (commits: readonly LedgerCommit[]) => Promise<readonly CommitOutcome[]>
  readonly #onEmpty: () => void
  #waiting: Waiting[] = []
  #inFlight = 0
  #isScheduled = false

  constructor(
    apply: (commits: readonly LedgerCommit[]) => Promise<readonly CommitOutcome[]>,
    onEmpty: () => void,
  ) {
    this.#apply = apply
    this.#onEmpty = onEmpty
  }

  add(commit: LedgerCommit, signal: AbortSignal | undefined): Promise<void> {
    const settle = Promise.withResolvers<void>()
    this.#waiting.push({ commit, signal, settle })
    this.#schedule()
    return settle.promise
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(() => {
      this.#isScheduled = false
      while (this.#inFlight < maxInFlight) {
        const batch = this.#take()
        if (batch.length === 0) break
        void this.#run(batch)
      }
      if (this.#inFlight === 0) this.#onEmpty()
    })
  }

  #take(): readonly Waiting[] {
    const batch: Waiting[] = []
    let [bytes, entries] = [0, 0]
    const alive = this.#waiting.filter(isAlive)
    for (const waiting of alive) {
      const size = sizeOf(waiting.commit)
      const isFull = bytes + size.bytes > maxBatchBytes || entries + size.entries > maxBatchEntries
      if (batch.length > 0 && isFull) break
      bytes += size.bytes
      entries += size.entries
      batch.push(waiting)
    }
    this.#waiting = alive.slice(batch.length)
    return batch
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight++
    try {
      const outcomes = await this.#apply(batch.map(({ commit }) => commit))
      for (const [index, { settle }] of batch.entries()) {
        const outcome = outcomes[index] ?? null
        if (outcome === null) settle.resolve()
        else settle.reject(outcome)
      }
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    } finally {
      this.#inFlight--
      this.#schedule()
    }
  }
}

/** Rejects what was aborted while it waited: of that nothing was done. */
function isAlive({ signal, settle }: Waiting): boolean {
  if (signal?.aborted !== true) return true
  settle.reject(signal.reason)
  return false
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
