import { type Clock, isHoldfastError, type PluginScope } from '@holdfast/core'
import { toAccountValues } from './account-rows.ts'
import { type CommitOutcome, judge } from './commit-batch.ts'
import { keysNamedBy, keysOf, type NamedKey } from './commit-keys.ts'
import { fastCommit, maxFastRows, readKnown, toFastRows } from './fast-statements.ts'
import { type KnownPlugin, openKnown, toKnown, toKnownPlugin, addRead } from './known-plugin.ts'
import { afterLone, loneCommit, toLoneValues, writeLone } from './lone-commit.ts'
import { hasArrived, isRefusal, outcomeUnknown, type SentBatch } from './lost-commit.ts'
import { orAborted } from './or-aborted.ts'
import { isPlain } from './plain-commit.ts'
import type { PluginCache } from './plugin-cache.ts'
import type { LedgerCommit } from './plugin-ledger.ts'
import { type BatchOutcome, runBatch } from './run-batch.ts'
import type { Lease, SqlDatabase } from './sql-connection.ts'

/** After another runner came between, so many batches are not tried in one statement. */
const careAfterConflict = 16

/** What a {@link PluginCommitter} works with. */
export interface CommitterContext {
  readonly database: SqlDatabase
  readonly cache: PluginCache
  readonly clock: Clock
  readonly target: PluginScope
}

/** When the batch before has done what the next has to wait for. */
interface Before {
  readonly sent: Promise<unknown>
  readonly done: Promise<unknown>
}

/** A batch that is on its way in one statement. */
interface Sent extends SentBatch {
  readonly id: string
  readonly outcomes: readonly CommitOutcome[]
  readonly answer: Promise<boolean>
}

/**
 * Applies the batches of one plugin in their order. Where it knows what there is of the keys, because
 * nobody else has written since, a batch is one statement, which does nothing if somebody has; such
 * batches follow one another on one connection without waiting for answers. All others take the lock
 * of the plugin in a transaction.
 */
export class PluginCommitter {
  readonly #context: CommitterContext
  #sent: Promise<unknown> = Promise.resolve()
  #done: Promise<unknown> = Promise.resolve()
  #lease: Lease | undefined
  #inFlight = 0
  /** The batch that was sent last, for as long as it is not known what became of it. */
  #last: Sent | null = null
  #care = 0

  constructor(context: CommitterContext) {
    this.#context = context
  }

  /**
   * Applies a batch after those that came before it.
   *
   * @param signal - ends the attempts, with its reason if nothing was applied
   * @throws {@link HoldfastError} as `runBatch`
   */
  async apply(
    commits: readonly LedgerCommit[],
    signal: AbortSignal | undefined,
  ): Promise<BatchOutcome> {
    const before = { sent: this.#sent, done: this.#done }
    const sent = Promise.withResolvers<unknown>()
    const done = Promise.withResolvers<unknown>()
    this.#sent = sent.promise
    this.#done = done.promise
    this.#inFlight++
    let fast: Sent | null = null
    // Whoever comes next need not wait for what hangs and nobody waits for.
    const onAbort = (): void => {
      this.#dropLease()
      this.#context.cache.forget(this.#context.target)
      if (this.#last === fast) this.#last = null
      sent.resolve(before.sent)
      done.resolve(before.done)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      fast = await this.#trySending(commits, before, signal)
      if (fast !== null) {
        sent.resolve(null)
        if (await this.#hasArrived(fast, before.done, signal)) {
          return { outcomes: fast.outcomes, hasOrphans: false, known: null }
        }
      }
      // Those before it may need the connection to get done.
      this.#dropLease()
      await orAborted(before.done, signal)
      return await this.#applyLocked(commits, signal)
    } finally {
      signal?.removeEventListener('abort', onAbort)
      // It may have ended before those that came before it.
      sent.resolve(before.sent)
      done.resolve(before.done)
      if (this.#last === fast) this.#last = null
      this.#inFlight--
      if (this.#inFlight === 0) this.#dropLease()
    }
  }

  async #applyLocked(
    commits: readonly LedgerCommit[],
    signal: AbortSignal | undefined,
  ): Promise<BatchOutcome> {
    const { database, cache, clock, target } = this.#context
    cache.forget(target)
    const applied = await runBatch(database, target, commits, clock, signal)
    if (applied.known !== null) cache.set(target, applied.known)
    return applied
  }

  /** Sends a batch in one statement; `null` if that is not possible. */
  async #trySending(
    commits: readonly LedgerCommit[],
    before: Before,
    signal: AbortSignal | undefined,
  ): Promise<Sent | null> {
    try {
      return await this.#send(commits, before, signal)
    } catch {
      signal?.throwIfAborted()
      // Nothing was sent but a question. What is wrong with the connection is tried on another.
      this.#dropLease()
      return null
    }
  }

  async #send(
    commits: readonly LedgerCommit[],
    before: Before,
    signal: AbortSignal | undefined,
  ): Promise<Sent | null> {
    await orAborted(before.sent, signal)
    if (!commits.every(isPlain)) return null
    if (this.#care > 0) {
      this.#care--
      return null
    }
    const lease = await this.#takeLease(before.done, signal)
    if (lease === null) return null
    const blind = this.#sendBlindly(lease, commits)
    if (blind !== null) return blind
    const known = await orAborted(this.#know(lease, commits), signal)
    // Where it was given back meanwhile, it may be somebody else's.
    if (known === null || this.#lease !== lease) return null
    return this.#sendKnowing(lease, known, commits)
  }

  async #takeLease(
    before: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<Lease | null> {
    const { database } = this.#context
    if (database.lend === undefined) return null
    // What others wait for is given back before it is taken again.
    if (this.#lease?.isWanted === true) {
      await orAborted(before, signal)
      this.#dropLease()
    }
    if (this.#lease !== undefined) return this.#lease
    const lease = await database.lend(signal)
    if (signal?.aborted === true) {
      lease.release()
      throw signal.reason as Error
    }
    this.#lease = lease
    return lease
  }

  /**
   * Sends a lone write of a key of which nothing is known, so that the server counts what it changes.
   * Until the answer nothing is known of the plugin, so this is for when nothing else is on its way.
   */
  #sendBlindly(lease: Lease, commits: readonly LedgerCommit[]): Sent | null {
    const { cache, clock, target } = this.#context
    const known = cache.get(target)
    const lone = loneCommit(commits)
    if (this.#last !== null || known === undefined || lone === null) return null
    const { store, key, version } = lone.put
    if (known.states[store].has(key)) return null
    const id = crypto.randomUUID()
    const given = { commit: id, commitBefore: known.lastCommit, now: clock() }
    cache.forget(target)
    const answer = lease.run(writeLone, toLoneValues(target, lone, given)).then(([row]) => {
      if (row !== undefined && this.#last?.id === id) {
        cache.set(target, afterLone(known, lone, id, row))
      }
      return row !== undefined
    })
    const changes = [{ store, key, versionBefore: null, versionAfter: version }]
    return this.#noteSent({
      id,
      idBefore: known.lastCommit,
      idsAfter: [],
      changes,
      outcomes: [null],
      answer,
    })
  }

  #noteSent(sent: Sent): Sent {
    // It is waited for in its turn; until then its failure is not unhandled.
    sent.answer.catch(() => undefined)
    if (this.#last?.id === sent.idBefore) this.#last.idsAfter.push(sent.id)
    this.#last = sent
    return sent
  }

  /** What a batch has to know: known already, or read now; `null` if there is nothing to go by. */
  async #know(lease: Lease, commits: readonly LedgerCommit[]): Promise<KnownPlugin | null> {
    const { cache, target } = this.#context
    const known = cache.get(target)
    const isKnown = ({ store, key }: NamedKey): boolean => known?.states[store].has(key) === true
    if (known !== undefined && commits.every((commit) => keysNamedBy(commit).every(isKnown))) {
      return known
    }
    const keys = keysOf(commits)
    const { workspace, plugin } = target
    const [rows, isInOrder] = await Promise.all([
      lease.run(readKnown(keys.length), { workspace, plugin, keys }),
      // The answer to the batch before comes first anyway. If it was not applied, it has to be before
      // this one is.
      this.#last?.answer.catch(() => false),
    ])
    if (isInOrder === false) return null
    const read = toKnownPlugin(rows, keys)
    const isCurrent = known !== undefined && cache.get(target) === known
    return isCurrent && read !== null ? addRead(known, read) : read
  }

  #sendKnowing(lease: Lease, known: KnownPlugin, commits: readonly LedgerCommit[]): Sent | null {
    const { cache, clock, target } = this.#context
    const now = clock()
    const ledger = openKnown(known, commits, now)
    const outcomes = judge(ledger, commits)
    const mayHaveExpired = known.nextExpiry !== null && known.nextExpiry <= now
    // Without what has expired it might fit.
    if (mayHaveExpired && outcomes.some((error) => isHoldfastError(error, 'QUOTA_EXCEEDED'))) {
      return null
    }
    const written = ledger.written()
    const isInRows = ledger.orphans.length === 0 && written.every(({ stream }) => stream === null)
    if (!isInRows || written.length === 0 || written.length > maxFastRows) return null
    const id = crypto.randomUUID()
    const answer = lease.run(fastCommit(written.length), {
      ...toAccountValues(target, ledger, id),
      commitBefore: known.lastCommit,
      now,
      rows: toFastRows(written),
    })
    cache.set(target, toKnown(ledger, id, known.states))
    return this.#noteSent({
      id,
      idBefore: known.lastCommit,
      idsAfter: [],
      changes: ledger.changes(),
      outcomes,
      answer: answer.then((rows) => rows.length > 0),
    })
  }

  /** Waits for the answer to a batch, and finds out what became of it where there is none. */
  async #hasArrived(
    sent: Sent,
    before: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { database, cache, target } = this.#context
    try {
      if (await sent.answer) return true
      this.#care = careAfterConflict
      cache.forget(target)
      return false
    } catch (error) {
      cache.forget(target)
      this.#dropLease()
      if (isRefusal(error)) return false
      await orAborted(before, signal).catch(() => {
        // It has been sent, and nobody waits for what became of it.
        throw outcomeUnknown(error)
      })
      return await hasArrived(database, target, sent, error, signal)
    }
  }

  #dropLease(): void {
    this.#lease?.release()
    this.#lease = undefined
  }
}
