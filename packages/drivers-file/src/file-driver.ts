import { DatabaseSync } from 'node:sqlite'
import {
  type CallOptions,
  type Capabilities,
  type Clock,
  type Commit,
  type Entry,
  type EntryMetadata,
  type EntryStream,
  type EpochMs,
  HoldfastError,
  limits,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  unsupported,
  type Usage,
} from '@holdfast/core'
import { EntryReader } from './entry-reader.ts'
import { inspectPath } from './inspect-path.ts'
import { mapSqliteError } from './map-sqlite-error.ts'
import type { WriterOptions } from './open-writer.ts'
import { ScopeReader } from './scope-reader.ts'
import { WriterClient } from './writer-client.ts'

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
    maxStreamBytes: 0,
    maxWatchedKeys: 0,
  }
  readonly #options: WriterOptions
  readonly #clock: Clock
  #connections: Connections | undefined

  constructor(options: WriterOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  async open(): Promise<void> {
    await inspectPath(this.#options.path)
    const writer = await WriterClient.open(this.#options)
    try {
      this.#connections = connect(this.#options.path, writer)
    } catch (error) {
      await writer.close()
      throw mapSqliteError(error, this.#options.path)
    }
  }

  async close(): Promise<void> {
    const { database, writer } = this.#connections ?? {}
    this.#connections = undefined
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
    const job = { kind: 'commit', target, commit: { ...commit, puts }, now: this.#clock() } as const
    await this.#connected().writer.run(job, options?.signal)
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

  clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#connected().writer.run(
      { kind: 'clear', scope, now: this.#clock() },
      options?.signal,
    )
  }

  async sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    // What has not expired yet by our own clock can still be seen, so it stays.
    const job = { kind: 'sweep', now: Math.min(now, this.#clock()) } as const
    const total = { entries: 0, bytes: 0 }
    for (;;) {
      const removed = await this.#connected().writer.run(job, options?.signal)
      if (removed.entries === 0) return total
      total.entries += removed.entries
      total.bytes += removed.bytes
    }
  }

  readStream(): Promise<EntryStream | null> {
    return Promise.reject(unsupported(this.name, 'readStream', 'maxStreamBytes'))
  }

  writeStream(): Promise<EntryMetadata> {
    return Promise.reject(unsupported(this.name, 'writeStream', 'maxStreamBytes'))
  }

  watch(): AsyncIterable<readonly (Entry | null)[]> {
    throw unsupported(this.name, 'watch', 'maxWatchedKeys')
  }

  async #read<Result>(run: (connections: Connections) => Result): Promise<Result> {
    try {
      return run(this.#connected())
    } catch (error) {
      throw mapSqliteError(error, this.#options.path)
    }
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
}

/** Opens what reads. The store is there already, for the writer has opened or made it. */
function connect(path: string, writer: WriterClient): Connections {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const [entries, scopes] = [new EntryReader(database), new ScopeReader(database)]
    return { writer, database, entries, scopes }
  } catch (error) {
    database.close()
    throw error
  }
}
