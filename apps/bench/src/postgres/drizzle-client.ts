import { mintVersion } from '@holdfast/core'
import { and, eq, sql } from 'drizzle-orm'
import { bigint, customType, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { randomKey, randomScope } from './bench-content.ts'
import type { BenchDatabase } from './bench-databases.ts'
import type { PeerClient } from './peer-rows.ts'

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/** The columns of our own table. */
const entries = pgSchema('peer').table(
  'entries',
  {
    workspace: text('workspace').notNull(),
    plugin: text('plugin').notNull(),
    store: text('store').notNull(),
    key: text('key').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    version: text('version').notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
    expiresAt: bigint('expires_at', { mode: 'number' }),
    contentType: text('content_type'),
    value: bytea('value'),
  },
  (table) => [primaryKey({ columns: [table.workspace, table.plugin, table.store, table.key] })],
)

/** Drizzle with a prepared statement for each call, over as many connections as are usual. */
export async function openDrizzleClient({ url, content }: BenchDatabase): Promise<PeerClient> {
  const client = postgres(url, { max: 16, fetch_types: false, onnotice: () => undefined })
  const db = drizzle(client)
  const { placeholder } = sql
  const select = db
    .select()
    .from(entries)
    .where(
      and(
        eq(entries.workspace, placeholder('workspace')),
        eq(entries.plugin, placeholder('plugin')),
        eq(entries.store, placeholder('store')),
        eq(entries.key, placeholder('key')),
      ),
    )
    .prepare('bench_get')
  const upsert = db
    .insert(entries)
    .values({
      workspace: placeholder('workspace'),
      plugin: placeholder('plugin'),
      store: placeholder('store'),
      key: placeholder('key'),
      size: placeholder('size'),
      version: placeholder('version'),
      createdAt: placeholder('now'),
      updatedAt: placeholder('now'),
      value: placeholder('value'),
    })
    .onConflictDoUpdate({
      target: [entries.workspace, entries.plugin, entries.store, entries.key],
      set: {
        size: sql`excluded.size`,
        version: sql`excluded.version`,
        updatedAt: sql`excluded.updated_at`,
        value: sql`excluded.value`,
      },
    })
    .prepare('bench_set')
  const value = crypto.getRandomValues(new Uint8Array(content.valueBytes))
  const position = (): Record<string, unknown> => ({
    ...randomScope(content),
    key: randomKey(content),
  })
  return {
    get: async () => {
      const [entry] = await select.execute(position())
      if (entry?.value?.length !== content.valueBytes)
        throw new Error('Drizzle gave something else.')
    },
    set: async () => {
      const now = Date.now()
      const version = mintVersion()
      await upsert.execute({ ...position(), size: content.valueBytes, version, now, value })
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}
