import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'
import { type BenchContent, firstKey } from './bench-content.ts'

/** Values are pieces of so many random bytes, because what compresses is stored otherwise. */
const poolBytes = 1_048_576

/** How far from the piece of one key that of the next begins; a prime, so that few are the same. */
const step = 7_919

/**
 * Writes a content into an empty store, with the counters of its accounts. Those who are compared with
 * have the same columns, indexes and rows in `peer.entries`.
 */
export async function fillDatabase(sql: Sql, content: BenchContent): Promise<void> {
  const { workspaces, plugins, keysPerScope, valueBytes } = content
  const lastKey = firstKey + keysPerScope - 1
  const now = Date.now()
  const lastStart = poolBytes - valueBytes
  await sql`
    INSERT INTO holdfast.entries
      (workspace, plugin, store, key, size, version, created_at, updated_at, value)
    SELECT 'workspace-' || w, 'plugin-' || p, 'storage', 'key-' || k, ${valueBytes}::bigint,
      gen_random_uuid()::text, ${now}::bigint, ${now}::bigint,
      substr(${randomBytes(poolBytes)}::bytea, (1 + k::bigint * ${step}::bigint % ${lastStart}::bigint)::int, ${valueBytes}::int)
    FROM generate_series(0, ${workspaces - 1}::int) AS w,
      generate_series(0, ${plugins - 1}::int) AS p,
      generate_series(${firstKey}::int, ${lastKey}::int) AS k`
  await sql`
    INSERT INTO holdfast.accounts (workspace, plugin, storage_entries, storage_bytes)
    SELECT workspace, plugin, count(*), sum(size + octet_length(key))
    FROM holdfast.entries GROUP BY workspace, plugin`
  if (content.hasPeers) await copyForPeers(sql)
}

async function copyForPeers(sql: Sql): Promise<void> {
  await sql`CREATE SCHEMA peer`
  await sql`CREATE TABLE peer.entries (LIKE holdfast.entries INCLUDING ALL)`
  await sql`INSERT INTO peer.entries SELECT * FROM holdfast.entries`
}
