import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  compareKeys,
  type Cursor,
  decodeCursor,
  encodeCursor,
  type Entry,
  type EntryMetadata,
  type EpochMs,
  getTooLarge,
  keyPrefixEnd,
  limits,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type Scope,
  type StorageKey,
  type Usage,
  type Version,
} from '@holdfast/core'
import { ChunkReader } from './chunk-reader.ts'

type Row = Record<string, SQLOutputValue>

const metadataColumns =
  'key, bytes - octet_length(key) AS size, version, created_at, updated_at, expires_at, content_type'
const scopeId = '(SELECT id FROM scopes WHERE workspace = ? AND plugin = ? AND store = ?)'

/** After every text: SQLite orders all blobs behind all texts. */
const afterAllTexts = new Uint8Array()

/** An entry, and where its value is: in `value`, or in the chunks of `stream`. */
export interface FoundEntry {
  readonly metadata: EntryMetadata
  readonly stream: string | null
  readonly value: Uint8Array
}

/** Reads entries over a connection of its own, which sees each commit as soon as it is done. */
export class EntryReader {
  readonly #database: DatabaseSync
  readonly #chunks: ChunkReader
  readonly #get: StatementSync
  readonly #version: StatementSync
  readonly #list: Readonly<Record<'from' | 'after', Record<'keys' | 'values', StatementSync>>>
  readonly #usage: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#chunks = new ChunkReader(database)
    this.#get = database.prepare(
      `SELECT ${metadataColumns}, value, stream FROM entries
       WHERE scope = ${scopeId} AND key = ? AND (expires_at IS NULL OR expires_at > ?)`,
    )
    this.#version = database.prepare(
      `SELECT version FROM entries
       WHERE scope = ${scopeId} AND key = ? AND (expires_at IS NULL OR expires_at > ?)`,
    )
    const list = (columns: string, comparison: '>=' | '>'): StatementSync =>
      database.prepare(
        `SELECT ${columns} FROM entries
         WHERE scope = ${scopeId} AND key ${comparison} ? AND key < ?
           AND (expires_at IS NULL OR expires_at > ?)
         ORDER BY key LIMIT ?`,
      )
    const withValue = `${metadataColumns}, value, stream`
    this.#list = {
      from: { keys: list(metadataColumns, '>='), values: list(withValue, '>=') },
      after: { keys: list(metadataColumns, '>'), values: list(withValue, '>') },
    }
    this.#usage = database.prepare(
      `SELECT entries - (SELECT count(*) FROM entries WHERE scope = scopes.id AND expires_at <= ?1) AS entries,
              bytes - (SELECT coalesce(sum(bytes), 0) FROM entries WHERE scope = scopes.id AND expires_at <= ?1) AS bytes
       FROM scopes WHERE workspace = ?2 AND plugin = ?3 AND store = ?4`,
    )
  }

  /** Reads entries as they were at one moment. */
  get(scope: Scope, keys: readonly StorageKey[], now: EpochMs): readonly (Entry | null)[] {
    let bytes = 0
    return this.#atOneMoment(() =>
      keys.map((key) => {
        const found = this.find(scope, key, now)
        if (found === null) return null
        bytes += found.metadata.size
        if (bytes > limits.maxGetBytes) throw getTooLarge(bytes)
        return { ...found.metadata, value: this.#whole(found) }
      }),
    )
  }

  /** Reads entries as `get` does, but leaves out the values that are too large to be taken whole. */
  watched(
    scope: Scope,
    keys: readonly StorageKey[],
    now: EpochMs,
  ): readonly (ListedEntry | null)[] {
    return this.#atOneMoment(() =>
      keys.map((key) => {
        const found = this.find(scope, key, now)
        return found === null ? null : this.#listed(found)
      }),
    )
  }

  /** Has several reads see the store as it was at one moment. */
  #atOneMoment<Result>(read: () => Result): Result {
    this.#database.exec('BEGIN')
    try {
      return read()
    } finally {
      this.#database.exec('COMMIT')
    }
  }

  /** What there is to know of an entry but its value, and the stream that has it, if one does. */
  find(scope: Scope, key: StorageKey, now: EpochMs): FoundEntry | null {
    const row = this.#get.get(scope.workspace, scope.plugin, scope.store, key, now)
    return row === undefined ? null : toFound(row)
  }

  /** The versions of keys; `null` where there is no entry. */
  versions(scope: Scope, keys: readonly StorageKey[], now: EpochMs): readonly (Version | null)[] {
    const { workspace, plugin, store } = scope
    return this.#atOneMoment(() =>
      keys.map((key) => {
        const row = this.#version.get(workspace, plugin, store, key, now)
        return row === undefined ? null : (row['version'] as Version)
      }),
    )
  }

  #listed(found: FoundEntry): ListedEntry {
    const isTooLarge = found.metadata.size > limits.maxValueBytes
    return { ...found.metadata, value: isTooLarge ? null : this.#whole(found) }
  }

  #whole({ metadata, stream, value }: FoundEntry): Uint8Array {
    return stream === null ? value : this.#chunks.whole(stream, metadata.size)
  }

  list(scope: Scope, query: ListQuery, now: EpochMs): ListPage {
    const { prefix, limit, keysOnly } = query
    const start = startOf(query)
    const statement = this.#list[start.comparison][keysOnly ? 'keys' : 'values']
    const end = keyPrefixEnd(prefix) ?? afterAllTexts
    const { workspace, plugin, store } = scope
    // One row more than asked for tells whether there is a next page.
    const rows = statement.iterate(workspace, plugin, store, start.key, end, now, limit + 1)
    const entries: ListedEntry[] = []
    let bytes = 0
    for (const row of rows) {
      const isFull =
        entries.length === limit ||
        (bytes > 0 && bytes + Number(row['size']) > limits.maxListPageBytes)
      if (isFull) return { entries, cursor: cursorAfter(entries) }
      entries.push(keysOnly ? { ...toMetadata(row), value: null } : this.#listed(toFound(row)))
      bytes += entries.at(-1)?.value?.length ?? 0
    }
    return { entries, cursor: null }
  }

  usage(scope: Scope, now: EpochMs): Usage {
    const row = this.#usage.get(now, scope.workspace, scope.plugin, scope.store)
    return { entries: Number(row?.['entries'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) }
  }
}

function startOf(query: ListQuery): { comparison: 'from' | 'after'; key: string } {
  if (query.cursor === null) return { comparison: 'from', key: query.prefix }
  const [key = ''] = decodeCursor(query.cursor, 1)
  // A cursor of another query must not lead to keys before the prefix.
  if (compareKeys(key, query.prefix) < 0) return { comparison: 'from', key: query.prefix }
  return { comparison: 'after', key }
}

function cursorAfter(entries: readonly ListedEntry[]): Cursor | null {
  const last = entries.at(-1)
  return last === undefined ? null : encodeCursor([last.key])
}

function toFound(row: Row): FoundEntry {
  return {
    metadata: toMetadata(row),
    stream: row['stream'] as string | null,
    value: row['value'] as Uint8Array,
  }
}

function toMetadata(row: Row): EntryMetadata {
  return {
    key: row['key'] as StorageKey,
    size: row['size'] as number,
    version: row['version'] as Version,
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
    expiresAt: row['expires_at'] as number | null,
    contentType: row['content_type'] as string | null,
  }
}
