import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  type EpochMs,
  type PluginScope,
  type StorageKey,
  type StoreName,
  storeNames,
  type Usage,
  type Version,
} from '@holdfast/core'
import type { WriterPut } from './writer-protocol.ts'

/** What the table holds under a key, also when it has expired. */
export interface StoredRow {
  readonly rowId: number
  readonly bytes: number
  readonly version: Version
  readonly expiresAt: EpochMs | null
  readonly stream: string | null
}

/** Ids in the `scopes` table of the two stores of a plugin. */
export type ScopeIds = Readonly<Record<StoreName, number>>

/** A change of the counters of a scope; it counts expired entries too. */
export interface Difference {
  entries: number
  bytes: number
}

/** The statements of the writer, prepared once. All but `scopeIds` change or read inside a job. */
export class CommitStatements {
  readonly #addScope: StatementSync
  readonly #findScope: StatementSync
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #delete: StatementSync
  readonly #count: StatementSync
  readonly #live: StatementSync
  readonly #expired: StatementSync
  readonly #expiredIn: StatementSync
  readonly #clear: StatementSync
  readonly #resetCount: StatementSync

  constructor(database: DatabaseSync) {
    this.#addScope = database.prepare(
      'INSERT INTO scopes (workspace, plugin, store, entries, bytes) VALUES (?, ?, ?, 0, 0) RETURNING id',
    )
    this.#findScope = database.prepare(
      'SELECT id FROM scopes WHERE workspace = ? AND plugin = ? AND store = ?',
    )
    this.#find = database.prepare(
      'SELECT rowid, bytes, version, expires_at, stream FROM entries WHERE scope = ? AND key = ?',
    )
    this.#insert = database.prepare(
      'INSERT INTO entries (scope, key, bytes, version, created_at, updated_at, expires_at, content_type, value, stream) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = database.prepare(
      'UPDATE entries SET bytes = ?, version = ?, created_at = coalesce(?, created_at), updated_at = ?, expires_at = ?, content_type = ?, value = ?, stream = ? WHERE rowid = ?',
    )
    this.#delete = database.prepare('DELETE FROM entries WHERE rowid = ?')
    this.#count = database.prepare(
      'UPDATE scopes SET entries = entries + ?, bytes = bytes + ? WHERE id = ?',
    )
    this.#live = database.prepare(
      `SELECT scopes.entries - count(expires_at) AS entries, scopes.bytes - coalesce(sum(entries.bytes), 0) AS bytes
       FROM scopes LEFT JOIN entries ON entries.scope = scopes.id AND expires_at <= ?
       WHERE scopes.id = ? GROUP BY scopes.id`,
    )
    this.#expired = database.prepare(
      `SELECT entries.rowid, entries.scope, entries.bytes, entries.stream
       FROM scopes CROSS JOIN entries ON entries.scope = scopes.id AND expires_at <= ? LIMIT ?`,
    )
    this.#expiredIn = database.prepare(
      'SELECT rowid, scope, bytes, stream FROM entries WHERE scope = ? AND expires_at <= ? LIMIT ?',
    )
    this.#clear = database.prepare('DELETE FROM entries WHERE scope = ?')
    this.#resetCount = database.prepare('UPDATE scopes SET entries = 0, bytes = 0 WHERE id = ?')
  }

  /** The ids of both stores; scopes that are not there yet are made. */
  scopeIds(target: PluginScope): ScopeIds {
    const [storage, persistentStore] = storeNames.map((store) => {
      const name = [target.workspace, target.plugin, store]
      const row = this.#findScope.get(...name) ?? this.#addScope.get(...name)
      return Number(row?.['id'])
    }) as [number, number]
    return { storage, persistent_store: persistentStore }
  }

  find(scope: number, key: StorageKey): StoredRow | undefined {
    const row = this.#find.get(scope, key)
    if (row === undefined) return undefined
    return {
      rowId: Number(row['rowid']),
      bytes: Number(row['bytes']),
      version: String(row['version']) as Version,
      expiresAt: row['expires_at'] === null ? null : Number(row['expires_at']),
      stream: row['stream'] === null ? null : String(row['stream']),
    }
  }

  insert(scope: number, put: WriterPut, bytes: number, now: EpochMs): void {
    const { key, version, expiresAt, contentType, value } = put
    const stream = put.stream?.id ?? null
    this.#insert.run(scope, key, bytes, version, now, now, expiresAt, contentType, value, stream)
  }

  /** Overwrites a row; `createdAt` is `null` to keep the one it has. */
  update(
    rowId: number,
    put: WriterPut,
    bytes: number,
    createdAt: EpochMs | null,
    now: EpochMs,
  ): void {
    const { version, expiresAt, contentType, value } = put
    const stream = put.stream?.id ?? null
    this.#update.run(bytes, version, createdAt, now, expiresAt, contentType, value, stream, rowId)
  }

  delete(rowId: number): void {
    this.#delete.run(rowId)
  }

  /** Adds to the counters of a scope. */
  count(scope: number, difference: Difference): void {
    if (difference.entries === 0 && difference.bytes === 0) return
    this.#count.run(difference.entries, difference.bytes, scope)
  }

  /** What a scope holds, without expired entries. */
  live(scope: number, now: EpochMs): Usage {
    const row = this.#live.get(now, scope)
    return { entries: Number(row?.['entries']), bytes: Number(row?.['bytes']) }
  }

  /** Some of the rows that have expired. */
  expired(now: EpochMs, limit: number): readonly ExpiredRow[] {
    return this.#expired.all(now, limit).map(toExpiredRow)
  }

  /** Some of the rows of a scope that have expired. */
  expiredIn(scope: number, now: EpochMs, limit: number): readonly ExpiredRow[] {
    return this.#expiredIn.all(scope, now, limit).map(toExpiredRow)
  }

  /** Removes all rows of a scope and sets its counters to match. */
  clear(scope: number): void {
    this.#clear.run(scope)
    this.#resetCount.run(scope)
  }
}

/** A row that has expired. */
export interface ExpiredRow {
  readonly rowId: number
  readonly scope: number
  readonly bytes: number
  readonly stream: string | null
}

function toExpiredRow(row: Record<string, SQLOutputValue>): ExpiredRow {
  return {
    rowId: Number(row['rowid']),
    scope: Number(row['scope']),
    bytes: Number(row['bytes']),
    stream: row['stream'] === null ? null : String(row['stream']),
  }
}
