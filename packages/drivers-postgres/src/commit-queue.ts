import type { PluginScope } from '@holdfast/core'
import type { CommitOutcome } from './commit-batch.ts'
import type { LedgerCommit } from './plugin-ledger.ts'

/**
 * Applies commits of one plugin in a transaction of their own; an outcome for each. The signal says
 * that nobody waits for any of them any more.
 */
export type ApplyBatch = (
  target: PluginScope,
  commits: readonly LedgerCommit[],
  signal: AbortSignal,
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
  /** Takes it out of the queue. */
  readonly onAbort: () => void
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
      const apply: ApplyPluginBatch = (commits, given) => this.#apply(target, commits, given)
      queue = new PluginQueue(apply, forget)
      this.#plugins.set(id, queue)
    }
    return queue.add(commit, signal)
  }
}

type ApplyPluginBatch = (
  commits: readonly LedgerCommit[],
  signal: AbortSignal,
) => Promise<readonly CommitOutcome[]>

class PluginQueue {
  readonly #apply: ApplyPluginBatch
  readonly #onEmpty: () => void
  #waiting: Waiting[] = []
  #inFlight = 0
  #isScheduled = false

  constructor(apply: ApplyPluginBatch, onEmpty: () => void) {
    this.#apply = apply
    this.#onEmpty = onEmpty
  }

  add(commit: LedgerCommit, signal: AbortSignal | undefined): Promise<void> {
    const settle = Promise.withResolvers<void>()
    const waiting: Waiting = {
      commit,
      signal,
      settle,
      // Nothing was done of what has not left yet, and its caller wants to hear that at once.
      onAbort: () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        settle.reject(signal?.reason)
      },
    }
    if (signal?.aborted === true) waiting.onAbort()
    else this.#waiting.push(waiting)
    signal?.addEventListener('abort', waiting.onAbort, { once: true })
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
    for (const waiting of this.#waiting) {
      const size = sizeOf(waiting.commit)
      const isFull = bytes + size.bytes > maxBatchBytes || entries + size.entries > maxBatchEntries
      if (batch.length > 0 && isFull) break
      bytes += size.bytes
      entries += size.entries
      batch.push(waiting)
    }
    this.#waiting = this.#waiting.slice(batch.length)
    for (const { signal, onAbort } of batch) signal?.removeEventListener('abort', onAbort)
    return batch
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight++
    const given = new AbortController()
    const stopWatching = onceAllAborted(batch, (reason) => {
      given.abort(reason)
      // Its connection may hang for long, and those who come next take another. Not before all have
      // been told whose time is up at the same moment.
      setImmediate(() => this.#leave())
    })
    try {
      const outcomes = await this.#apply(
        batch.map(({ commit }) => commit),
        given.signal,
      )
      for (const [index, { settle }] of batch.entries()) {
        const outcome = outcomes[index] ?? null
        if (outcome === null) settle.resolve()
        else settle.reject(outcome)
      }
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    } finally {
      stopWatching()
      if (!given.signal.aborted) this.#leave()
    }
  }

  #leave(): void {
    this.#inFlight--
    this.#schedule()
  }
}

/** Calls back when every call of a batch has been aborted. Returns what gives that up. */
function onceAllAborted(
  batch: readonly Waiting[],
  callback: (reason: unknown) => void,
): () => void {
  const signals = new Set(batch.map(({ signal }) => signal))
  // Whoever gave none waits for ever.
  if (signals.has(undefined)) return () => undefined
  let left = signals.size
  const onAbort = (event: Event): void => {
    left--
    if (left === 0) callback((event.target as AbortSignal).reason)
  }
  for (const signal of signals) signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', onAbort)
  }
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
