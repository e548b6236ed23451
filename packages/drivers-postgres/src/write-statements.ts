import { and, eq, sql, type SQL } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { keyedStatement } from './keyed-statement.ts'
import { accounts, entries } from './schema.ts'
import { type Statement, toStatement } from './statement.ts'

const db = drizzle.mock()
const { placeholder } = sql

const accountOfPlugin: SQL | undefined = and(
  eq(accounts.workspace, placeholder('workspace')),
  eq(accounts.plugin, placeholder('plugin')),
)

const inPlugin: SQL | undefined = and(
  eq(entries.workspace, placeholder('workspace')),
  eq(entries.plugin, placeholder('plugin')),
)

const isOneOf = sql`${entries.key} = ANY(${placeholder('keys')}::text[])`

/** Takes the lock of a plugin, and reads its counters. */
export const lockAccount: Statement = toStatement(
  db
    .select({
      storageEntries: accounts.storageEntries,
      storageBytes: accounts.storageBytes,
      persistentEntries: accounts.persistentEntries,
      persistentBytes: accounts.persistentBytes,
      nextExpiry: accounts.nextExpiry,
      lastCommit: accounts.lastCommit,
    })
    .from(accounts)
    .where(accountOfPlugin)
    .for('update'),
)

export const createAccount: Statement = toStatement(
  db
    .insert(accounts)
    .values({ workspace: placeholder('workspace'), plugin: placeholder('plugin') })
    .onConflictDoNothing(),
)

export const updateAccount: Statement = toStatement(
  db
    .update(accounts)
    .set({
      storageEntries: sql`${placeholder('storageEntries')}`,
      storageBytes: sql`${placeholder('storageBytes')}`,
      persistentEntries: sql`${placeholder('persistentEntries')}`,
      persistentBytes: sql`${placeholder('persistentBytes')}`,
      nextExpiry: sql`${placeholder('nextExpiry')}`,
      lastCommit: sql`${placeholder('commit')}`,
    })
    .where(accountOfPlugin),
)

/** Has no transaction be applied any more that is to follow the one that wrote last. */
export const fenceAccount: Statement = toStatement(
  db
    .update(accounts)
    .set({ lastCommit: sql`${placeholder('commit')}` })
    .where(accountOfPlugin),
)

/** What a commit has to know of the keys that it checks or changes, expired ones included. */
export const readStates: (keys: number) => Statement = keyedStatement((isAsked) =>
  toStatement(
    db
      .select({
        store: entries.store,
        key: entries.key,
        size: entries.size,
        version: entries.version,
        createdAt: entries.createdAt,
        expiresAt: entries.expiresAt,
        stream: entries.stream,
      })
      .from(entries)
      .where(
        and(
          inPlugin,
          sql`${entries.store} = ANY('{storage,persistent_store}'::text[])`,
          isAsked(entries.key),
        ),
      ),
  ),
)

export const deleteEntries: Statement = toStatement(
  db.delete(entries).where(and(inPlugin, eq(entries.store, placeholder('store')), isOneOf)),
)

/** Rows that one statement writes: few sizes, so that each is prepared once. */
export const upsertSizes = [64, 16, 4, 1] as const

function makeUpsert(size: number): Statement {
  const rows = Array.from({ length: size }, (_, row) => ({
    workspace: placeholder('workspace'),
    plugin: placeholder('plugin'),
    store: placeholder(`store${row}`),
    key: placeholder(`key${row}`),
    size: placeholder(`size${row}`),
    version: placeholder(`version${row}`),
    createdAt: placeholder(`createdAt${row}`),
    updatedAt: placeholder(`updatedAt${row}`),
    expiresAt: placeholder(`expiresAt${row}`),
    contentType: placeholder(`contentType${row}`),
    stream: placeholder(`stream${row}`),
    value: placeholder(`value${row}`),
  }))
  const set = {
    size: sql`excluded.size`,
    version: sql`excluded.version`,
    createdAt: sql`excluded.created_at`,
    updatedAt: sql`excluded.updated_at`,
    expiresAt: sql`excluded.expires_at`,
    contentType: sql`excluded.content_type`,
    stream: sql`excluded.stream`,
    value: sql`excluded.value`,
  }
  const target = [entries.workspace, entries.plugin, entries.store, entries.key]
  return toStatement(db.insert(entries).values(rows).onConflictDoUpdate({ target, set }))
}

const upserts: ReadonlyMap<number, Statement> = new Map(
  upsertSizes.map((size) => [size, makeUpsert(size)]),
)

/** Writes so many entries, new or in place of others; one of {@link upsertSizes}. */
export function upsertStatement(size: number): Statement {
  return upserts.get(size) ?? makeUpsert(size)
}
