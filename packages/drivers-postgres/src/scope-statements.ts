import { sql } from 'drizzle-orm'
import { accounts, entries } from './schema.ts'
import { rawStatement, type Statement } from './statement.ts'

const { placeholder } = sql

/**
 * The scopes that hold something, after a position, by counters that include what has expired. Without
 * a workspace it is for operators, whose question goes over all of them, and to no other table.
 */
function listScopes(isInWorkspace: boolean): Statement {
  return rawStatement(sql`
    SELECT ${accounts.workspace} AS workspace, ${accounts.plugin} AS plugin, held.store AS store,
      held.entries AS entries, held.bytes AS bytes, ${accounts.nextExpiry} AS next_expiry
    FROM ${accounts}
    CROSS JOIN LATERAL (VALUES
      ('persistent_store' COLLATE "C", ${accounts.persistentEntries}, ${accounts.persistentBytes}),
      ('storage' COLLATE "C", ${accounts.storageEntries}, ${accounts.storageBytes})
    ) AS held (store, entries, bytes)
    WHERE ${isInWorkspace ? sql`${accounts.workspace} = ${placeholder('workspace')}` : sql`TRUE`}
      AND (${placeholder('plugin')}::text IS NULL OR ${accounts.plugin} = ${placeholder('plugin')})
      AND (${accounts.workspace}, ${accounts.plugin}, held.store)
        > (${placeholder('afterWorkspace')}, ${placeholder('afterPlugin')}, ${placeholder('afterStore')})
      AND held.entries > 0
    ORDER BY 1, 2, 3
    LIMIT ${placeholder('limit')}`)
}

export const listScopesOfAll: Statement = listScopes(false)
export const listScopesOfWorkspace: Statement = listScopes(true)

/** The plugins of which something may have expired. */
export const listExpired: Statement = rawStatement(sql`
  SELECT ${accounts.workspace} AS workspace, ${accounts.plugin} AS plugin FROM ${accounts}
  WHERE ${accounts.nextExpiry} <= ${placeholder('now')}`)

/** Removes some of what has expired of a plugin. */
export const deleteExpired: Statement = rawStatement(sql`
  DELETE FROM ${entries}
  WHERE ${entries.workspace} = ${placeholder('workspace')} AND ${entries.plugin} = ${placeholder('plugin')}
    AND (${entries.store}, ${entries.key}) IN (
      SELECT doomed.store, doomed.key FROM ${entries} AS doomed
      WHERE doomed.workspace = ${placeholder('workspace')} AND doomed.plugin = ${placeholder('plugin')}
        AND doomed.expires_at <= ${placeholder('now')}
      LIMIT ${placeholder('limit')})
  RETURNING ${entries.store}, ${entries.stream}, ${entries.size} + octet_length(${entries.key}) AS bytes`)

/** When the first of what is left of a plugin expires. */
export const readNextExpiry: Statement = rawStatement(sql`
  SELECT min(${entries.expiresAt}) AS next_expiry FROM ${entries}
  WHERE ${entries.workspace} = ${placeholder('workspace')} AND ${entries.plugin} = ${placeholder('plugin')}
    AND ${entries.expiresAt} IS NOT NULL`)

/** Removes a scope. */
export const deleteScope: Statement = rawStatement(sql`
  DELETE FROM ${entries}
  WHERE ${entries.workspace} = ${placeholder('workspace')} AND ${entries.plugin} = ${placeholder('plugin')}
    AND ${entries.store} = ${placeholder('store')}
  RETURNING ${entries.stream}, ${entries.size} + octet_length(${entries.key}) AS bytes,
    ${entries.expiresAt} <= ${placeholder('now')} AS has_expired`)
