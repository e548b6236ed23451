import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  compareKeys,
  type Cursor,
  decodeCursor,
  encodeCursor,
  type Entry,
  type EpochMs,
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

type Row = Record<string, SQLOutputValue>

const metadataColumns =
  'key, length(value) AS size, version, created_at, updated_at, expires_at, content_type'
const scopeId = '(SELECT id FROM scopes WHERE workspace = ? AND plugin = ? AND store = ?)'

/** After every text: SQLite orders all blobs behind all texts. */
const afterAllTexts = new Uint8Array()

/** Reads entries over a connection of its own, which sees each commit as soon as it is done. */
export class EntryReader {
  readonly #database: DatabaseSync
  readonly #get: StatementSync
  readonly #list: Readonly<Record<'from' | 'after', Record<'keys' | 'values', StatementSync>>>
  readonly #usage: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#get = database.prepare(
      `SELECT ${metadataColumns}, value FROM entries
       WHERE scope = ${scopeId} AND key = ? AND (expires_at IS NULL OR expires_at > ?)`,
    )
    const list = (columns: string, comparison: '>=' | '>'): StatementSync =>
      database.prepare(
        `SELECT ${columns} FROM entries
         WHERE scope = ${scopeId} AND key ${comparison} ? AND key < ?
           AND (expires_at IS NULL OR expires_at > ?)
         ORDER BY key LIMIT ?`,
      )
    const withValue = `${metadataColumns}, value`
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
    if (keys.length <= 1) return keys.map((key) => this.#getOne(scope, key, now))
    this.#database.exec('BEGIN')
    try {
      return keys.map((key) => this.#getOne(scope, key, now))
    } finally {
      this.#database.exec('COMMIT')
    }
  }

  #getOne(scope: Scope, key: StorageKey, now: EpochMs): Entry | null {
    const row = this.#get.get(scope.workspace, scope.plugin, scope.store, key, now)
    return row === undefined ? null : toEntry(row)
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
      if (!keysOnly) bytes += Number(row['size'])
      entries.push(keysOnly ? toListedKey(row) : toEntry(row))
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

function toEntry(row: Row): Entry {
  return { ...toMetadata(row), value: row['value'] as Uint8Array }
}

function toListedKey(row: Row): ListedEntry {
  return { ...toMetadata(row), value: null }
}

function toMetadata(row: Row): Omit<Entry, 'value'> {
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
