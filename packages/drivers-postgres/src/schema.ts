import { sql } from 'drizzle-orm'
import { bigint, customType, index, integer, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'

/** All that Holdfast has in a database is in a schema of its own. */
export const holdfast = pgSchema('holdfast')

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/** Text that is compared and ordered by its bytes, whatever the database's own order is. */
const byteText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' })

/**
 * What a plugin holds in a workspace. The row is also the lock that writers of its entries take, one
 * after the other. The counters include entries that have expired but are not yet swept.
 */
export const accounts = holdfast.table(
  'accounts',
  {
    workspace: byteText('workspace').notNull(),
    plugin: byteText('plugin').notNull(),
    storageEntries: bigint('storage_entries', { mode: 'number' }).notNull().default(0),
    storageBytes: bigint('storage_bytes', { mode: 'number' }).notNull().default(0),
    persistentEntries: bigint('persistent_entries', { mode: 'number' }).notNull().default(0),
    persistentBytes: bigint('persistent_bytes', { mode: 'number' }).notNull().default(0),
    /** Nothing of the plugin expires before it; null if nothing does. A sweep makes it exact. */
    nextExpiry: bigint('next_expiry', { mode: 'number' }),
    /** Names the transaction that wrote last, for whoever has lost its reply. */
    lastCommit: byteText('last_commit'),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.plugin] })],
)

/** One row for each entry; `value` is null where the value is in `chunks`, under `stream`. */
export const entries = holdfast.table(
  'entries',
  {
    workspace: byteText('workspace').notNull(),
    plugin: byteText('plugin').notNull(),
    store: byteText('store').notNull(),
    key: byteText('key').notNull(),
    /** Length of the value. */
    size: bigint('size', { mode: 'number' }).notNull(),
    version: byteText('version').notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
    expiresAt: bigint('expires_at', { mode: 'number' }),
    contentType: text('content_type'),
    stream: text('stream'),
    value: bytea('value'),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.plugin, table.store, table.key] }),
    index('entries_by_expiry')
      .on(table.workspace, table.plugin, table.expiresAt)
      .where(sql`expires_at IS NOT NULL`),
  ],
)

/** Large values and uploads that may become one; `state` says which. */
export const streams = holdfast.table(
  'streams',
  {
    workspace: byteText('workspace').notNull(),
    plugin: byteText('plugin').notNull(),
    id: byteText('id').notNull(),
    state: integer('state').notNull(),
    leaseUntil: bigint('lease_until', { mode: 'number' }),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.plugin, table.id] }),
    index('streams_unfinished')
      .on(table.workspace, table.plugin)
      .where(sql`state <> 1`),
  ],
)

/** The bytes of streams; each chunk but the last of a stream has the same length. */
export const chunks = holdfast.table(
  'chunks',
  {
    workspace: byteText('workspace').notNull(),
    plugin: byteText('plugin').notNull(),
    stream: byteText('stream').notNull(),
    position: integer('position').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace, table.plugin, table.stream, table.position] }),
  ],
)

/** Who is reading a stream: what is read is not removed, even when it is nobody's value any more. */
export const readers = holdfast.table(
  'readers',
  {
    workspace: byteText('workspace').notNull(),
    plugin: byteText('plugin').notNull(),
    stream: byteText('stream').notNull(),
    id: byteText('id').notNull(),
    leaseUntil: bigint('lease_until', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.plugin, table.stream, table.id] })],
)

/**
 * The migrations that were applied. That it is there tells our schema from another of its name, and
 * its rows are the lock of those who migrate.
 */
export const migrations = holdfast.table('migrations', {
  /** From 1 on. */
  version: integer('version').primaryKey(),
  name: text('name').notNull(),
  appliedAt: bigint('applied_at', { mode: 'number' }).notNull(),
  /** The oldest version of the schema whose code goes on working after this one. */
  worksWith: integer('works_with').notNull(),
})
