import { type SQL, sql } from 'drizzle-orm'
import { decoded, toBase64 } from './base64.ts'
import { keyedStatement } from './keyed-statement.ts'
import type { WrittenEntry } from './plugin-ledger.ts'
import { accounts, entries } from './schema.ts'
import type { Row } from './sql-connection.ts'
import { rawStatement, type Statement } from './statement.ts'

const { placeholder } = sql
const workspace = placeholder('workspace')
const plugin = placeholder('plugin')

/** The counters of a plugin, with what there is of keys, expired ones included: all of one moment. */
export const readKnown: (keys: number) => Statement = keyedStatement((isAsked) =>
  rawStatement(sql`
  SELECT ${accounts.storageEntries} AS storage_entries, ${accounts.storageBytes} AS storage_bytes,
    ${accounts.persistentEntries} AS persistent_entries,
    ${accounts.persistentBytes} AS persistent_bytes, ${accounts.nextExpiry} AS next_expiry,
    ${accounts.lastCommit} AS last_commit, ${entries.store} AS store, ${entries.key} AS key,
    ${entries.size} AS size, ${entries.version} AS version, ${entries.createdAt} AS created_at,
    ${entries.expiresAt} AS expires_at, ${entries.stream} AS stream
  FROM ${accounts}
  LEFT JOIN ${entries} ON ${entries.workspace} = ${workspace} AND ${entries.plugin} = ${plugin}
    AND ${entries.store} = ANY('{storage,persistent_store}'::text[])
    AND ${isAsked(entries.key)}
  WHERE ${accounts.workspace} = ${workspace} AND ${accounts.plugin} = ${plugin}`),
)

/** Rows that one statement writes: few sizes, so that each is prepared once. */
const sizes = [1, 2, 4, 8, 16, 32, 64] as const

/** Most rows that one statement writes. */
export const maxFastRows = 64

/** What a row brings of its own; the rest is the same for all. */
const rowColumns = [
  'store',
  'key',
  'version',
  'createdAt',
  'expiresAt',
  'contentType',
  'value',
] as const

const typeOf: Readonly<Partial<Record<(typeof rowColumns)[number], SQL>>> = {
  createdAt: sql`bigint`,
  expiresAt: sql`bigint`,
}

function rowOf(index: number): SQL {
  const columns = rowColumns.map((column) => {
    const given = sql`${placeholder(`rows.${index}.${column}`)}::${typeOf[column] ?? sql`text`}`
    return column === 'value' ? decoded(given) : given
  })
  return sql`(${sql.join(columns, sql`, `)})`
}

/**
 * Writes entries, given as `rows` with their values as base64, and the counters of their plugin, if nobody else has written since
 * a commit; returns a row if so. A row without a key is none.
 */
function makeFastCommit(size: number): Statement {
  const rows = sql.join(
    Array.from({ length: size }, (_, index) => rowOf(index)),
    sql`, `,
  )
  return rawStatement(sql`
    WITH moved AS (
      UPDATE ${accounts} SET storage_entries = ${placeholder('storageEntries')},
        storage_bytes = ${placeholder('storageBytes')},
        persistent_entries = ${placeholder('persistentEntries')},
        persistent_bytes = ${placeholder('persistentBytes')},
        next_expiry = ${placeholder('nextExpiry')}, last_commit = ${placeholder('commit')}
      WHERE ${accounts.workspace} = ${workspace} AND ${accounts.plugin} = ${plugin}
        AND ${accounts.lastCommit} = ${placeholder('commitBefore')}
      RETURNING ${accounts.plugin}
    ), written AS (
      INSERT INTO ${entries} (workspace, plugin, store, key, size, version, created_at, updated_at,
        expires_at, content_type, stream, value)
      SELECT ${workspace}, ${plugin}, given.store, given.key, octet_length(given.value),
        given.version, given.created_at, ${placeholder('now')}, given.expires_at,
        given.content_type, NULL, given.value
      FROM (VALUES ${rows})
        AS given (store, key, version, created_at, expires_at, content_type, value)
      WHERE given.key IS NOT NULL AND EXISTS (SELECT 1 FROM moved)
      ON CONFLICT (workspace, plugin, store, key) DO UPDATE SET size = excluded.size,
        version = excluded.version, created_at = excluded.created_at,
        updated_at = excluded.updated_at, expires_at = excluded.expires_at,
        content_type = excluded.content_type, stream = excluded.stream, value = excluded.value
    )
    SELECT plugin FROM moved`)
}

const fastCommits = sizes.map((size) => ({ size, statement: makeFastCommit(size) }))

/** The statement that has room for so many entries. */
export function fastCommit(rows: number): Statement {
  const fitting = fastCommits.find(({ size }) => size >= rows)
  if (fitting === undefined) throw new RangeError(`No statement writes ${rows} rows.`)
  return fitting.statement
}

const noBytes = new Uint8Array()

/** The rows of a {@link fastCommit}. */
export function toFastRows(written: readonly WrittenEntry[]): readonly Row[] {
  return written.map((entry) => ({ ...entry, value: toBase64(entry.value ?? noBytes) }))
}
