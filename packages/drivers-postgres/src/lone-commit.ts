import { entryBytes, type PluginScope, type Quota } from '@holdfast/core'
import { sql } from 'drizzle-orm'
import { toCounters, toNextExpiry } from './account-rows.ts'
import { decoded, toBase64 } from './base64.ts'
import type { KnownPlugin } from './known-plugin.ts'
import { isPlain } from './plain-commit.ts'
import type { LedgerCommit, LedgerPut } from './plugin-ledger.ts'
import { accounts, entries } from './schema.ts'
import type { Row, StatementValues } from './sql-connection.ts'
import { rawStatement, type Statement } from './statement.ts'

const { placeholder } = sql
const workspace = placeholder('workspace')
const plugin = placeholder('plugin')
const store = sql`${placeholder('store')}::text`
const key = sql`${placeholder('key')}::text`
const now = sql`${placeholder('now')}::bigint`
const quota = sql`${placeholder('quota')}::bigint`
const isStorage = sql`${store} = 'storage'`

/**
 * Writes one entry, whatever was there of its key, and counts what that changes, if nobody else has
 * written since a commit. Returns the counters then, or nothing: also where the old value is in chunks,
 * or the quota might not hold it.
 */
export const writeLone: Statement = rawStatement(sql`
  WITH old AS (
    SELECT ${entries.size} AS size, ${entries.createdAt} AS created_at,
      ${entries.expiresAt} AS expires_at, ${entries.stream} AS stream
    FROM ${entries}
    WHERE ${entries.workspace} = ${workspace} AND ${entries.plugin} = ${plugin}
      AND ${entries.store} = ${store} AND ${entries.key} = ${key}
  ), change AS (
    SELECT 1 - count(*) AS entries, count(old.stream) AS streams,
      ${placeholder('bytes')}::bigint - coalesce(sum(old.size + octet_length(${key})), 0) AS bytes
    FROM old
  ), moved AS (
    UPDATE ${accounts} SET
      storage_entries = storage_entries + CASE WHEN ${isStorage} THEN change.entries ELSE 0 END,
      storage_bytes = storage_bytes + CASE WHEN ${isStorage} THEN change.bytes ELSE 0 END,
      persistent_entries = persistent_entries
        + CASE WHEN ${isStorage} THEN 0 ELSE change.entries END,
      persistent_bytes = persistent_bytes + CASE WHEN ${isStorage} THEN 0 ELSE change.bytes END,
      next_expiry = least(next_expiry, ${placeholder('expiresAt')}::bigint),
      last_commit = ${placeholder('commit')}
    FROM change
    WHERE ${accounts.workspace} = ${workspace} AND ${accounts.plugin} = ${plugin}
      AND ${accounts.lastCommit} = ${placeholder('commitBefore')} AND change.streams = 0
      AND (${quota} IS NULL OR change.bytes <= 0
        OR storage_bytes + persistent_bytes + change.bytes <= ${quota})
    RETURNING storage_entries, storage_bytes, persistent_entries, persistent_bytes, next_expiry
  ), written AS (
    INSERT INTO ${entries} (workspace, plugin, store, key, size, version, created_at, updated_at,
      expires_at, content_type, stream, value)
    SELECT ${workspace}, ${plugin}, ${store}, ${key}, octet_length(given.value),
      ${placeholder('version')}, coalesce(
        (SELECT old.created_at FROM old WHERE old.expires_at IS NULL OR old.expires_at > ${now}),
        ${now}
      ), ${now}, ${placeholder('expiresAt')}::bigint, ${placeholder('contentType')}, NULL, given.value
    FROM (SELECT ${decoded(placeholder('text'))} AS value) AS given
    WHERE EXISTS (SELECT 1 FROM moved)
    ON CONFLICT (workspace, plugin, store, key) DO UPDATE SET size = excluded.size,
      version = excluded.version, created_at = excluded.created_at,
      updated_at = excluded.updated_at, expires_at = excluded.expires_at,
      content_type = excluded.content_type, stream = excluded.stream, value = excluded.value
    RETURNING created_at
  )
  SELECT moved.*, written.created_at FROM moved, written`)

/** A commit that only writes one small entry. */
export interface LoneCommit {
  readonly put: LedgerPut
  readonly quota: Quota | null
}

/** The one commit of a batch, if it only writes one small entry. */
export function loneCommit(commits: readonly LedgerCommit[]): LoneCommit | null {
  const [commit, ...others] = commits
  if (commit === undefined || others.length > 0 || !isPlain(commit)) return null
  const [put, ...rest] = commit.puts
  const isLone = put !== undefined && commit.checks.length + rest.length === 0
  return isLone ? { put, quota: commit.quota } : null
}

/** What {@link writeLone} is filled with. */
export function toLoneValues(
  target: PluginScope,
  { put, quota: bound }: LoneCommit,
  given: { readonly commit: string; readonly commitBefore: string; readonly now: number },
): StatementValues {
  return {
    workspace: target.workspace,
    plugin: target.plugin,
    store: put.store,
    key: put.key,
    version: put.version,
    expiresAt: put.expiresAt,
    contentType: put.contentType,
    bytes: entryBytes(put.key, put.value.length),
    text: toBase64(put.value),
    quota: bound?.maxBytes ?? null,
    ...given,
  }
}

/** What is known of a plugin after a lone commit; what was known before is changed to that. */
export function afterLone(
  { states }: KnownPlugin,
  { put: { store: name, key: written, version, expiresAt, value } }: LoneCommit,
  lastCommit: string,
  row: Row,
): KnownPlugin {
  const createdAt = Number(row['created_at'])
  const state = { size: value.length, version, createdAt, expiresAt, stream: null }
  states[name].set(written, state)
  return { lastCommit, counters: toCounters(row), nextExpiry: toNextExpiry(row), states }
}
