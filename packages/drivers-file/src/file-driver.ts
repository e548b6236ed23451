import { DatabaseSync } from 'node:sqlite'
import {
  type ByteRange,
  type CallOptions,
  ChangeSignal,
  type Capabilities,
  type Clock,
  type Commit,
  type Entry,
  type EntryStream,
  type EpochMs,
  HoldfastError,
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
  watchEntries,
  withinQuota,
} from '@holdfast/core'
import { EntryReader } from './entry-reader.ts'
import { inspectPath } from './inspect-path.ts'
import { mapSqliteError } from './map-sqlite-error.ts'
import type { WriterOptions } from './open-writer.ts'
import { readValueStream } from './read-value-stream.ts'
import { ScopeReader } from './scope-reader.ts'
import { Snapshots } from './snapshots.ts'
import { writeValueStream } from './write-value-stream.ts'
import { WriterClient } from './writer-client.ts'
import type { JobOutcome } from './writer-protocol.ts'

/**
 * A store in one SQLite file. Reads run on this thread, over a connection that only reads; writes
 * run in a thread of their own, for each of them waits for the disk.
 */
export class FileDriver implements StorageDriver {
  readonly name = 'file'
  readonly capabilities: Capabilities = {
    durability: 'power-loss',
    shared: true,
    maxValueBytes: limits.maxValueBytes,
    maxCommitEntries: limits.maxCommitEntries,
    maxCommitBytes: limits.maxCommitBytes,
    maxStreamBytes: Number.MAX_SAFE_INTEGER,
    maxWatchedKeys: limits.maxWatchedKeys,
  }
  readonly #options: WriterOptions
  readonly #clock: Clock
  readonly #givenClock: Clock | undefined
  #connections: Connections | undefined

  constructor(options: WriterOptions, clock: Clock | undefined) {
    this.#options = options
    this.#givenClock = clock
    this.#clock = clock ?? Date.now
  }

  async open(): Promise<void> {
    await inspectPath(this.#options.path)
    const writer = await WriterClient.open(this.#options)
    try {
      this.#connections = connect(this.#options.path, writer, this.#clock)
    } catch (error) {
      await writer.close()
      throw mapSqliteError(error, this.#options.path)
    }
  }

  async close(): Promise<void> {
    const { database, snapshots, writer } = this.#connections ?? {}
    this.#connections = undefined
    snapshots?.close()
    // The last connection of all tidies the log into the file, and only the writer may write.
    database?.close()
    await writer?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get(scope: Scope, keys: readonly StorageKey[]): Promise<readonly (Entry | null)[]> {
    return this.#read(({ entries }) => entries.get(scope, keys, this.#clock()))
  }

  async commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    // The caller's bytes are copied now: they travel to the writer only after this tick.
    const puts = commit.puts.map((put) => ({ ...put, value: new Uint8Array(put.value) }))
    const job = {
      kind: 'commit',
      target,
      commit: { ...commit, puts },
      now: this.#jobTime(),
    } as const
    this.#afterWrite(await this.#connected().writer.run(job, options?.signal))
  }

  list(scope: Scope, query: ListQuery): Promise<ListPage> {
    return this.#read(({ entries }) => entries.list(scope, query, this.#clock()))
  }

  usage(scope: Scope): Promise<Usage> {
    return this.#read(({ entries }) => entries.usage(scope, this.#clock()))
  }

  scopes(query: ScopesQuery): Promise<ScopesPage> {
    return this.#read(({ scopes }) => scopes.scopes(query, this.#clock()))
  }

  async clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    const job = { kind: 'clear', scope, now: this.#jobTime() } as const
    const outcome = await this.#connected().writer.run(job, options?.signal)
    this.#afterWrite(outcome)
    return outcome.removed
  }

  async sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    // What has not expired yet by our own clock can still be seen, so it stays.
    const job = { kind: 'sweep', now: Math.min(now, this.#clock()) } as const
    const total = { entries: 0, bytes: 0 }
    for (;;) {
      const { removed } = await this.#connected().writer.run(job, options?.signal)
      if (removed.entries === 0) break
      total.entries += removed.entries
      total.bytes += removed.bytes
    }
    await this.#reclaim(options?.signal)
    return total
  }

  readStream(scope: Scope, key: StorageKey, range: ByteRange | null): Promise<EntryStream | null> {
    const request = { path: this.#options.path, scope, key, range, now: this.#clock() }
    return this.#read(({ snapshots }) => readValueStream(snapshots, request))
  }

  async writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    const { writer, entries } = this.#connected()
    const now = this.#clock()
    const usages = storeNames.map((store) =>
      this.#mapped(() => entries.usage({ ...scope, store }, now)),
    )
    const body = withinQuota(
      put,
      usages.reduce((sum, { bytes }) => sum + bytes, 0),
    )
    const bounded = { ...put, body }
    this.#afterWrite(await writeValueStream(writer, this.#clock, scope, bounded, options?.signal))
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    const { entries, changes } = this.#connected()
    const watched = {
      read: () => this.#mapped(() => entries.watched(scope, keys, this.#clock())),
      versions: () => this.#mapped(() => entries.versions(scope, keys, this.#clock())),
      changes,
    }
    return watchEntries(watched, options?.signal)
  }

  /** Tells who watches, and removes chunks that are nobody's, in the background, a few at a time. */
  #afterWrite({ hasOrphans }: JobOutcome): void {
    this.#connections?.changes.check()
    // What is not removed now is removed by the next sweep.
    if (hasOrphans) void this.#reclaim(undefined).catch(() => undefined)
  }

  async #reclaim(signal: AbortSignal | undefined): Promise<void> {
    while (this.#connections !== undefined) {
      const { hasOrphans } = await this.#connections.writer.run({ kind: 'reclaim' }, signal)
      if (!hasOrphans) return
    }
  }

  async #read<Result>(run: (connections: Connections) => Result): Promise<Result> {
    return this.#mapped(() => run(this.#connected()))
  }

  #mapped<Result>(run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      throw mapSqliteError(error, this.#options.path)
    }
  }

  /** When a job takes place: the writer knows, unless somebody else makes the time. */
  #jobTime(): EpochMs | null {
    return this.#givenClock?.() ?? null
  }

  #connected(): Connections {
    if (this.#connections !== undefined) return this.#connections
    throw new HoldfastError('DRIVER_NOT_OPEN', 'The file driver is used without manageDriver.')
  }
}

interface Connections {
  readonly writer: WriterClient
  readonly database: DatabaseSync
  readonly entries: EntryReader
  readonly scopes: ScopeReader
  readonly snapshots: Snapshots
  readonly changes: ChangeSignal
}

/** Opens what reads. The store is there already, for the writer has opened or made it. */
function connect(path: string, writer: WriterClient, clock: Clock): Connections {
  // Only while another process makes the store can it be locked to readers, for a moment.
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const dataVersion = database.prepare('PRAGMA data_version')
    // It counts the commits of all other connections, also of this process's writer.
    const readState = (): number => Number(dataVersion.get()?.['data_version'])
    const changes = new ChangeSignal({ readState, clock })
    const [entries, scopes] = [new EntryReader(database), new ScopeReader(database)]
    const snapshots = new Snapshots(path, readState)
    return { writer, database, entries, scopes, snapshots, changes }
  } catch (error) {
    database.close()
    throw error
  }
}
