import type { Sql } from 'postgres'
import { type BenchContent, firstKey } from './bench-content.ts'

/** Values are hashes one after the other, because what compresses is stored otherwise. */
const blockBytes = 64

/** Writes a content into an empty store, with the counters of its accounts. */
export async function fillDatabase(sql: Sql, content: BenchContent): Promise<void> {
  const { workspaces, plugins, keysPerScope, valueBytes } = content
  const lastKey = firstKey + keysPerScope - 1
  const now = Date.now()
  await sql`
    INSERT INTO holdfast.entries
      (workspace, plugin, store, key, size, version, created_at, updated_at, value)
    SELECT 'workspace-' || w, 'plugin-' || p, 'storage', 'key-' || k, ${valueBytes}::bigint,
      gen_random_uuid()::text, ${now}::bigint, ${now}::bigint, (
        SELECT string_agg(sha512(convert_to(k || '-' || block, 'UTF8')), '')
        FROM generate_series(1, ${valueBytes / blockBytes}::int) AS block
      )
    FROM generate_series(0, ${workspaces - 1}::int) AS w,
      generate_series(0, ${plugins - 1}::int) AS p,
      generate_series(${firstKey}::int, ${lastKey}::int) AS k`
  await sql`
    INSERT INTO holdfast.accounts (workspace, plugin, storage_entries, storage_bytes)
    SELECT workspace, plugin, count(*), sum(size + octet_length(key))
    FROM holdfast.entries GROUP BY workspace, plugin`
}

/** Makes `peer.entries`, for those who are compared with: the same columns, indexes and rows. */
export async function copyForPeers(sql: Sql): Promise<void> {
  await sql`CREATE SCHEMA peer`
  await sql`CREATE TABLE peer.entries (LIKE holdfast.entries INCLUDING ALL)`
  await sql`INSERT INTO peer.entries SELECT * FROM holdfast.entries`
}
