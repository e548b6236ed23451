import type {
  ByteRange,
  CallOptions,
  Capabilities,
  Clock,
  Commit,
  Entry,
  EntryStream,
  EpochMs,
  ListedEntry,
  ListPage,
  ListQuery,
  PluginScope,
  Scope,
  ScopesPage,
  ScopesQuery,
  StorageDriver,
  StorageKey,
  StreamPut,
  Usage,
} from '@holdfast/core'
import { limits, withinQuota } from '@holdfast/core'
import { CommitQueue } from './commit-queue.ts'
import { EntryReader } from './entry-reader.ts'
import { mapPostgresError } from './map-postgres-error.ts'
import { migrate } from './migrate.ts'
import { PluginCache } from './plugin-cache.ts'
import { PluginCommitter } from './plugin-committer.ts'
import type { LedgerCommit } from './plugin-ledger.ts'
import { readValueStream } from './read-value-stream.ts'
import { clearScope, reclaim, sweepAll } from './remove-entries.ts'
import { retrying } from './retrying.ts'
import type { SqlDatabase } from './sql-connection.ts'
import { watchEntries } from './watch-entries.ts'
import { WriteSignal } from './write-signal.ts'
import { writeValueStream } from './write-value-stream.ts'

/** How often a watch looks whether another process has written, in milliseconds. */
const watchEveryMs = 100

/** For how long to try to open again, in milliseconds. */
const openBudgetMs = 2_500

/** A store in a PostgreSQL database, which any number of runners share. */
export class PostgresDriver implements StorageDriver {
  readonly name = 'postgres'
  readonly capabilities: Capabilities = {
    durability: 'power-loss',
    shared: true,
    maxValueBytes: limits.maxValueBytes,
    maxCommitEntries: limits.maxCommitEntries,
    maxCommitBytes: limits.maxCommitBytes,
    maxStreamBytes: Number.MAX_SAFE_INTEGER,
    maxWatchedKeys: limits.maxWatchedKeys,
  }
  readonly #database: SqlDatabase
  readonly #clock: Clock
  readonly #prepare: () => Promise<unknown>
  readonly #reader: EntryReader
  readonly #commits: CommitQueue
  readonly #writes = new WriteSignal()

  /** @param prepare - makes the store ready; may be called again when it has rejected */
  constructor(
    database: SqlDatabase,
    clock: Clock,
    prepare: () => Promise<unknown> = () => migrate(database),
  ) {
    this.#database = database
    this.#clock = clock
    this.#prepare = prepare
    this.#reader = new EntryReader(database, clock)
    const cache = new PluginCache()
    this.#commits = new CommitQueue((target) => {
      const committer = new PluginCommitter({ database, cache, clock, target })
      return async (commits, signal) => {
        const { outcomes, hasOrphans } = await this.#mapped(() => committer.apply(commits, signal))
        if (hasOrphans) this.#reclaim(target)
        return outcomes
      }
    })
  }

  async open(): Promise<void> {
    // What cannot be reached is told soon; the rest may pass in a moment.
    await this.#mapped(() => retrying(() => this.#prepare(), { budgetMs: openBudgetMs }))
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async get(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    if (keys.length === 0) return []
    return await this.#mapped(() => this.#reader.get(scope, keys, options?.signal))
  }

  async commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    // Copies of small values share memory, which is much faster than to have some for each.
    const puts = commit.puts.map((put) => ({ ...put, value: Buffer.from(put.value) }))
    await this.#commit(target, { ...commit, puts }, options)
  }

  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    return this.#mapped(() => this.#reader.list(scope, query, options?.signal))
  }

  async usage(scope: Scope, options?: CallOptions): Promise<Usage> {
    const usage = await this.#mapped(() => this.#reader.usage(scope, options?.signal))
    return usage[scope.store]
  }

  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage> {
    return this.#mapped(() => this.#reader.scopes(query, options?.signal))
  }

  async clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    const removed = await this.#mapped(() =>
      clearScope(this.#database, scope, this.#clock(), options?.signal),
    )
    this.#writes.notify()
    return removed
  }

  sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    // What has not expired yet by our own clock can still be seen, so it stays.
    return this.#mapped(() =>
      sweepAll(this.#database, Math.min(now, this.#clock()), options?.signal),
    )
  }

  async readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
  ): Promise<EntryStream | null> {
    const request = { database: this.#database, clock: this.#clock, scope, key, range }
    return this.#mapped(() => readValueStream(request))
  }

  async writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    const usage = await this.#mapped(() => this.#reader.usage(scope, options?.signal))
    const bytesBefore = usage.storage.bytes + usage.persistent_store.bytes
    const context = {
      database: this.#database,
      clock: this.#clock,
      scope,
      signal: options?.signal,
      commit: (commit: LedgerCommit) => this.#commit(scope, commit, options),
    }
    const bounded = { ...put, body: withinQuota(put, bytesBefore) }
    try {
      await this.#mapped(() => writeValueStream(context, bounded))
    } catch (error) {
      this.#reclaim(scope)
      throw error
    }
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    const signal = options?.signal
    const watched = {
      read: () => this.#mapped(() => this.#reader.watched(scope, keys, signal)),
      versions: () => this.#mapped(() => this.#reader.versions(scope, keys, signal)),
      pause: () => this.#writes.wait(watchEveryMs, signal),
    }
    return watchEntries(watched, signal)
  }

  async #commit(
    target: PluginScope,
    commit: LedgerCommit,
    options: CallOptions | undefined,
  ): Promise<void> {
    await this.#commits.add(target, commit, options?.signal)
    this.#writes.notify()
  }

  /** Removes chunks that are nobody's, in the background; what is left is for the next sweep. */
  #reclaim(target: PluginScope): void {
    void reclaim(this.#database, target, this.#clock()).catch(() => undefined)
  }

  async #mapped<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      throw mapPostgresError(error)
    }
  }
}
