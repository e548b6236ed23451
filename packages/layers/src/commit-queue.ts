import {
  type CallOptions,
  type Commit,
  type PendingWrite,
  PendingWrites,
  type PluginScope,
  type StorageDriver,
} from '@holdfast/core'
import { concernsAll, isInDoubt } from './concerns-all.ts'
import type { KnownUsage } from './known-usage.ts'
import { shareCall } from './shared-call.ts'

/** How many commits become one, and how many are on their way at once. */
export interface BatchLimits {
  readonly maxBatchBytes: number
  readonly maxInFlight: number
}

/** What a queue works with. */
export interface CommitQueueContext extends BatchLimits {
  readonly driver: StorageDriver
  readonly usage: KnownUsage
  readonly target: PluginScope
  /** Has `flush` called at the end of the tick. */
  readonly schedule: () => void
}

interface Waiting {
  readonly commit: Commit
  readonly options: CallOptions | undefined
  readonly settle: PromiseWithResolvers<void>
  /** Ends its wait, since nothing was done of it yet. */
  readonly onAbort: () => void
}

/**
 * The commits of one plugin in one workspace. Those that are ready are about different keys, and so
 * are those on their way: whatever is about the same keys waits until these have settled.
 */
export class CommitQueue {
  readonly pending: PendingWrites = new PendingWrites()
  readonly #context: CommitQueueContext
  readonly #ready = new Set<Waiting>()
  #inFlight = 0

  constructor(context: CommitQueueContext) {
    this.#context = context
  }

  get target(): PluginScope {
    return this.#context.target
  }

  /** Whether there is nothing to wait for. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#ready.size === 0 && this.pending.size === 0
  }

  add(commit: Commit, options: CallOptions | undefined): Promise<void> {
    const signal = options?.signal
    const settle = Promise.withResolvers<void>()
    const waiting: Waiting = {
      commit: ownCopy(commit),
      options,
      settle,
      onAbort: () => {
        this.#ready.delete(waiting)
        settle.reject(signal?.reason)
        this.#context.schedule()
      },
    }
    const write = this.pending.begin(commit)
    settle.promise.then(write.end, write.end)
    if (signal?.aborted === true) waiting.onAbort()
    else this.#enqueue(waiting, write)
    return settle.promise
  }

  #enqueue(waiting: Waiting, { before }: PendingWrite): void {
    const signal = waiting.options?.signal
    signal?.addEventListener('abort', waiting.onAbort, { once: true })
    const enqueue = (): void => {
      if (signal?.aborted === true) return
      this.#ready.add(waiting)
      this.#context.schedule()
    }
    if (before === null) enqueue()
    else void before.then(enqueue)
  }

  /** Sends what is ready, as far as there is room on the way. */
  flush(): void {
    while (this.#ready.size > 0 && this.#inFlight < this.#context.maxInFlight) {
      void this.#send(this.#take())
    }
  }

  /** Those that may be one commit, from the first. */
  #take(): readonly Waiting[] {
    const { driver, maxBatchBytes } = this.#context
    const { maxCommitEntries, maxCommitBytes } = driver.capabilities
    const most = { entries: maxCommitEntries, bytes: Math.min(maxBatchBytes, maxCommitBytes) }
    const batch: Waiting[] = []
    let [bytes, changes, checks] = [0, 0, 0]
    for (const waiting of this.#ready) {
      const { commit } = waiting
      bytes += commit.puts.reduce((sum, { value }) => sum + value.byteLength, 0)
      changes += commit.puts.length + commit.deletes.length
      checks += commit.checks.length
      const isFull = bytes > most.bytes || changes > most.entries || checks > most.entries
      if (batch.length > 0 && (isFull || !haveOneQuota(batch, commit))) break
      batch.push(waiting)
    }
    for (const waiting of batch) {
      this.#ready.delete(waiting)
      waiting.options?.signal?.removeEventListener('abort', waiting.onAbort)
    }
    return batch
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight++
    await this.#apply(batch)
    this.#inFlight--
    this.#context.schedule()
  }

  /** Applies commits as one, and where that is refused in halves, one after the other. */
  async #apply(batch: readonly Waiting[]): Promise<void> {
    const calls = batch.filter(isWaitedFor)
    if (calls.length < 2) {
      for (const call of calls) await this.#applySingle(call)
      return
    }
    const outcome = await this.#applyTogether(calls)
    if (outcome === 'settled') return
    const size = outcome === 'over quota' ? 1 : Math.ceil(calls.length / 2)
    for (let at = 0; at < calls.length; at += size) await this.#apply(calls.slice(at, at + size))
  }

  async #applySingle({ commit, options, settle }: Waiting): Promise<void> {
    const { driver, usage, target } = this.#context
    try {
      await driver.commit(target, commit, options)
      settle.resolve()
    } catch (error) {
      settle.reject(error)
    } finally {
      usage.hasWritten(target, commit.quota)
    }
  }

  /** Unless all of them are settled by it, nothing was done. */
  async #applyTogether(calls: readonly Waiting[]): Promise<'settled' | 'refused' | 'over quota'> {
    const { driver, usage, target } = this.#context
    const quota = calls[0]?.commit.quota ?? null
    const { options, end } = shareCall(calls.map((call) => call.options))
    try {
      // Over its quota a plugin may shrink and not grow, which the sum of several does not tell.
      if (!(await usage.isWithin(target, quota, options))) return 'over quota'
      await driver.commit(target, merge(calls, quota), options)
      for (const { settle } of calls) settle.resolve()
      return 'settled'
    } catch (error) {
      if (!concernsAll(error) && !isInDoubt(error)) return 'refused'
      const wasGivenUp = error === options.signal?.reason
      for (const call of calls)
        call.settle.reject(wasGivenUp ? call.options?.signal?.reason : error)
      return 'settled'
    } finally {
      end()
      usage.hasWritten(target, quota)
    }
  }
}

function merge(calls: readonly Waiting[], quota: Commit['quota']): Commit {
  return {
    checks: calls.flatMap(({ commit }) => commit.checks),
    puts: calls.flatMap(({ commit }) => commit.puts),
    deletes: calls.flatMap(({ commit }) => commit.deletes),
    quota,
  }
}

function haveOneQuota([first]: readonly Waiting[], { quota }: Commit): boolean {
  return first?.commit.quota?.maxBytes === quota?.maxBytes
}

function isWaitedFor({ options, settle }: Waiting): boolean {
  const signal = options?.signal
  if (signal?.aborted !== true) return true
  settle.reject(signal.reason)
  return false
}

/** It leaves after the caller has gone on, who may do with its bytes what it likes. */
function ownCopy({ checks, puts, deletes, quota }: Commit): Commit {
  return {
    checks: [...checks],
    puts: puts.map((put) => ({ ...put, value: new Uint8Array(put.value) })),
    deletes: [...deletes],
    quota,
  }
}
