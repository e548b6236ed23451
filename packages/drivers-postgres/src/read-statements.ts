import {
  and,
  asc,
  eq,
  gt,
  gte,
  isNull,
  lt,
  lte,
  or,
  type SQL,
  sql,
  type SQLWrapper,
} from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { encoded } from './base64.ts'
import { keyedStatement } from './keyed-statement.ts'
import { accounts, chunks, entries } from './schema.ts'
import { type Statement, toStatement } from './statement.ts'

const db = drizzle.mock()
const { placeholder } = sql

const inPlugin: SQL | undefined = and(
  eq(entries.workspace, placeholder('workspace')),
  eq(entries.plugin, placeholder('plugin')),
)

const inScope: SQL | undefined = and(inPlugin, eq(entries.store, placeholder('store')))

const isAlive: SQL | undefined = or(
  isNull(entries.expiresAt),
  gt(entries.expiresAt, placeholder('now')),
)

const mostBytes: SQL = sql`${placeholder('mostBytes')}::bigint`

const metadata = {
  key: entries.key,
  size: entries.size,
  version: entries.version,
  createdAt: entries.createdAt,
  updatedAt: entries.updatedAt,
  expiresAt: entries.expiresAt,
  contentType: entries.contentType,
}

/** A value of at most so many bytes, be it in its row or in chunks. */
function valueOf(
  row: Readonly<Record<'size' | 'value' | 'stream', SQLWrapper>>,
): SQL.Aliased<string | null> {
  const inChunks = db
    .select({ bytes: sql`string_agg(${chunks.bytes}, ''::bytea ORDER BY ${chunks.position})` })
    .from(chunks)
    .where(
      and(
        eq(chunks.workspace, placeholder('workspace')),
        eq(chunks.plugin, placeholder('plugin')),
        eq(chunks.stream, row.stream),
      ),
    )
  const whole = sql`coalesce(${row.value}, (${inChunks}))`
  return sql<string | null>`CASE WHEN ${row.size} <= ${mostBytes} THEN ${encoded(whole)} END`.as(
    'value',
  )
}

/** Entries by key; the values that are in their rows and have at most so many bytes. */
export const getEntries: (keys: number) => Statement = keyedStatement((isAsked) => {
  const value = sql`CASE WHEN ${entries.size} <= ${mostBytes} THEN ${encoded(entries.value)} END`
  return toStatement(
    db
      .select({ ...metadata, value: value.as('value') })
      .from(entries)
      .where(and(inScope, isAsked(entries.key), isAlive)),
  )
})

/** Entries by key; the values that have at most so many bytes, be they in their rows or in chunks. */
export const getWholeEntries: (keys: number) => Statement = keyedStatement((isAsked) =>
  toStatement(
    db
      .select({ ...metadata, value: valueOf(entries) })
      .from(entries)
      .where(and(inScope, isAsked(entries.key), isAlive)),
  ),
)

/** The versions of keys, and when they expire. */
export const getVersions: (keys: number) => Statement = keyedStatement((isAsked) =>
  toStatement(
    db
      .select({ key: entries.key, version: entries.version, expiresAt: entries.expiresAt })
      .from(entries)
      .where(and(inScope, isAsked(entries.key), isAlive)),
  ),
)

function inRange(isBounded: boolean): SQL | undefined {
  return and(
    inScope,
    gte(entries.key, placeholder('from')),
    gt(entries.key, placeholder('after')),
    isBounded ? lt(entries.key, placeholder('until')) : undefined,
    isAlive,
  )
}

function listKeys(isBounded: boolean): Statement {
  return toStatement(
    db
      .select(metadata)
      .from(entries)
      .where(inRange(isBounded))
      .orderBy(asc(entries.key))
      .limit(placeholder('limit')),
  )
}

function listSmallValues(isBounded: boolean): Statement {
  const value = sql`CASE WHEN ${entries.size} <= ${mostBytes} THEN ${encoded(entries.value)} END`
  return toStatement(
    db
      .select({ ...metadata, value: value.as('value') })
      .from(entries)
      .where(inRange(isBounded))
      .orderBy(asc(entries.key))
      .limit(placeholder('limit')),
  )
}

function listValues(isBounded: boolean): Statement {
  const taken = sql`CASE WHEN ${entries.size} <= ${mostBytes} THEN ${entries.size} ELSE 0 END`
  const takenBefore = sql`sum(${taken}) OVER (ORDER BY ${entries.key} ROWS UNBOUNDED PRECEDING) - ${taken}`
  const { stream, value } = entries
  const page = db
    .select({ ...metadata, stream, value, takenBefore: takenBefore.as('taken_before') })
    .from(entries)
    .where(inRange(isBounded))
    .orderBy(asc(entries.key))
    .limit(placeholder('limit'))
    .as('page')
  const { key, size, version, createdAt, updatedAt, expiresAt, contentType } = page
  return toStatement(
    db
      .select({
        key,
        size,
        version,
        createdAt,
        updatedAt,
        expiresAt,
        contentType,
        value: valueOf(page),
      })
      .from(page)
      .where(lt(page.takenBefore, placeholder('pageBytes')))
      .orderBy(asc(page.key)),
  )
}

/**
 * How a page may be listed: without values; with those that are in their rows and have at most so many
 * bytes; and with all of at most so many bytes, until the page has as many as it may.
 */
export type ListStatements = Readonly<Record<'keys' | 'smallValues' | 'values', Statement>>

function listStatements(isBounded: boolean): ListStatements {
  return {
    keys: listKeys(isBounded),
    smallValues: listSmallValues(isBounded),
    values: listValues(isBounded),
  }
}

/** The pages of keys up to a key, not included. */
export const listBounded: ListStatements = listStatements(true)

/** The pages of keys to the end of the scope. */
export const listUnbounded: ListStatements = listStatements(false)

/** The counters of a plugin, which include what has expired. */
export const readAccount: Statement = toStatement(
  db
    .select({
      storageEntries: accounts.storageEntries,
      storageBytes: accounts.storageBytes,
      persistentEntries: accounts.persistentEntries,
      persistentBytes: accounts.persistentBytes,
    })
    .from(accounts)
    .where(
      and(
        eq(accounts.workspace, placeholder('workspace')),
        eq(accounts.plugin, placeholder('plugin')),
      ),
    ),
)

/** What has expired of a plugin and is still there, by store. */
export const countExpired: Statement = toStatement(
  db
    .select({
      store: entries.store,
      entries: sql`count(*)`.as('entries'),
      bytes: sql`sum(${entries.size} + octet_length(${entries.key}))`.as('bytes'),
    })
    .from(entries)
    .where(and(inPlugin, lte(entries.expiresAt, placeholder('now'))))
    .groupBy(entries.store),
)
