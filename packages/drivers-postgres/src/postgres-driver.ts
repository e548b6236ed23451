import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  type Clock,
  type Commit,
  decodeCursor,
  encodeCursor,
  type Entry,
  type EntryStream,
  type EpochMs,
  getTooLarge,
  keyPrefixEnd,
  limits,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  storeNames,
  type StreamPut,
  type Usage,
  type Version,
  withinQuota,
} from '@holdfast/core'
import { toCounters } from './commit-batch.ts'
import { CommitQueue } from './commit-queue.ts'
import { mapPostgresError } from './map-postgres-error.ts'
import { migrate } from './migrate.ts'
import type { LedgerCommit } from './plugin-ledger.ts'
import {
  countExpired,
  getEntries,
  getVersions,
  listBounded,
  listUnbounded,
  readAccount,
} from './read-statements.ts'
import { readValueStream } from './read-value-stream.ts'
import { clearScope, reclaim, sweepAll } from './remove-entries.ts'
import { retrying } from './retrying.ts'
import { runBatch } from './run-batch.ts'
import { listScopesOfAll, listScopesOfWorkspace } from './scope-statements.ts'
import type { Row, SqlConnection, SqlDatabase } from './sql-connection.ts'
import type { Statement } from './statement.ts'
import { textArray } from './text-array.ts'
import { toListed } from './to-entry.ts'
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
  readonly #commits: CommitQueue
  readonly #writes = new WriteSignal()

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#commits = new CommitQueue(async (target, commits, signal) => {
      const { outcomes, hasOrphans } = await this.#mapped(() =>
        runBatch(database, target, commits, clock, signal),
      )
      if (hasOrphans) this.#reclaim(target)
      return outcomes
    })
  }

  async open(): Promise<void> {
    // What cannot be reached is told soon; the rest may pass in a moment.
    await this.#mapped(() => retrying(() => migrate(this.#database), { budgetMs: openBudgetMs }))
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async get(scope: Scope, keys: readonly StorageKey[]): Promise<readonly (Entry | null)[]> {
    if (keys.length === 0) return []
    const rows = await this.#run(getEntries, {
      ...scope,
      keys: textArray([...new Set(keys)]),
      now: this.#clock(),
      mostBytes: limits.maxGetBytes,
    })
    const found = new Map(rows.map((row) => [row['key'], row]))
    const bytes = keys.reduce((sum, key) => sum + Number(found.get(key)?.['size'] ?? 0), 0)
    if (bytes > limits.maxGetBytes) throw getTooLarge(bytes)
    return keys.map((key) => {
      const row = found.get(key)
      return row === undefined ? null : (toListed(row) as Entry)
    })
  }

  async commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    const puts = commit.puts.map((put) => ({ ...put, value: new Uint8Array(put.value) }))
    await this.#commit(target, { ...commit, puts }, options)
  }

  async list(scope: Scope, query: ListQuery): Promise<ListPage> {
    const { prefix, cursor, limit, keysOnly } = query
    const until = keyPrefixEnd(prefix)
    const statements = until === null ? listUnbounded : listBounded
    const rows = await this.#run(keysOnly ? statements.keys : statements.values, {
      ...scope,
      from: prefix,
      after: cursor === null ? '' : decodeCursor(cursor, 1).join(),
      until,
      now: this.#clock(),
      limit: limit + 1,
      mostBytes: limits.maxValueBytes,
      pageBytes: limits.maxListPageBytes,
    })
    const entries = rows.slice(0, limit).map(toListed)
    const bytes = entries.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    const last = entries.at(-1)
    const mayBeMore = rows.length > limit || bytes >= limits.maxListPageBytes
    return { entries, cursor: mayBeMore && last ? encodeCursor([last.key]) : null }
  }

  async usage({ workspace, plugin, store }: Scope): Promise<Usage> {
    const values = { workspace, plugin, now: this.#clock() }
    const [[account], expired] = await this.#snapshot((connection) =>
      Promise.all([connection.run(readAccount, values), connection.run(countExpired, values)]),
    )
    if (account === undefined) return { entries: 0, bytes: 0 }
    const held = toCounters(account)[store]
    const gone = expired.find((row) => row['store'] === store)
    return {
      entries: held.entries - Number(gone?.['entries'] ?? 0),
      bytes: held.bytes - Number(gone?.['bytes'] ?? 0),
    }
  }

  async scopes({ workspace, plugin, cursor, limit }: ScopesQuery): Promise<ScopesPage> {
    const [afterWorkspace, afterPlugin, afterStore] =
      cursor === null ? ['', '', ''] : decodeCursor(cursor, 3)
    const rows = await this.#run(workspace === null ? listScopesOfAll : listScopesOfWorkspace, {
      workspace,
      plugin,
      afterWorkspace,
      afterPlugin,
      afterStore,
      now: this.#clock(),
      limit: limit + 1,
    })
    const scopes = rows.slice(0, limit).map((row) => ({
      scope: { workspace: row['workspace'], plugin: row['plugin'], store: row['store'] } as Scope,
      usage: { entries: Number(row['entries']), bytes: Number(row['bytes']) },
    }))
    const last = scopes.at(-1)?.scope
    const isMore = rows.length > limit && last !== undefined
    return {
      scopes,
      cursor: isMore ? encodeCursor([last.workspace, last.plugin, last.store]) : null,
    }
  }

  async clear(scope: Scope): Promise<Usage> {
    const removed = await this.#mapped(() => clearScope(this.#database, scope, this.#clock()))
    this.#writes.notify()
    return removed
  }

  sweep(now: EpochMs): Promise<Usage> {
    // What has not expired yet by our own clock can still be seen, so it stays.
    return this.#mapped(() => sweepAll(this.#database, Math.min(now, this.#clock())))
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
    const usages = await Promise.all(storeNames.map((store) => this.usage({ ...scope, store })))
    const bytesBefore = usages.reduce((sum, { bytes }) => sum + bytes, 0)
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
    const values = { ...scope, keys: textArray([...new Set(keys)]) }
    const inOrder = <Item>(
      rows: readonly Row[],
      toItem: (row: Row) => Item,
    ): readonly (Item | null)[] => {
      const found = new Map(rows.map((row) => [row['key'], row]))
      return keys.map((key) => {
        const row = found.get(key)
        // One of its own for each key, even where the same is asked for twice.
        return row === undefined ? null : toItem(row)
      })
    }
    const watched = {
      read: async () => {
        const query = { ...values, now: this.#clock(), mostBytes: limits.maxValueBytes }
        return inOrder(await this.#run(getEntries, query), toListed)
      },
      versions: async () => {
        const rows = await this.#run(getVersions, { ...values, now: this.#clock() })
        return inOrder(rows, (row) => row['version'] as Version)
      },
      pause: () => this.#writes.wait(watchEveryMs, options?.signal),
    }
    return watchEntries(watched, options?.signal)
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

  #run(statement: Statement, values: Row): Promise<readonly Row[]> {
    return this.#mapped(() => retrying(() => this.#database.run(statement, values)))
  }

  async #mapped<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      throw mapPostgresError(error)
    }
  }

  /** Reads that see one moment. */
  #snapshot<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#mapped(() => retrying(() => this.#database.snapshot(body)))
  }
}
