import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  decodeCursor,
  encodeCursor,
  type EpochMs,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type ScopeUsage,
} from '@holdfast/core'

/** Lists scopes that hold something, for operators. */
export class ScopeReader {
  readonly #scopes: StatementSync

  constructor(database: DatabaseSync) {
    this.#scopes = database.prepare(
      `SELECT workspace, plugin, store, live_entries, live_bytes
       FROM (
         SELECT workspace, plugin, store,
           scopes.entries - (SELECT count(*) FROM entries WHERE scope = scopes.id AND expires_at <= ?1) AS live_entries,
           scopes.bytes - (SELECT coalesce(sum(entries.bytes), 0) FROM entries WHERE scope = scopes.id AND expires_at <= ?1) AS live_bytes
         FROM scopes
         WHERE (?2 IS NULL OR workspace = ?2) AND (?3 IS NULL OR plugin = ?3)
           AND (workspace, plugin, store) > (?4, ?5, ?6)
       )
       WHERE live_entries > 0
       ORDER BY workspace, plugin, store LIMIT ?7`,
    )
  }

  scopes(query: ScopesQuery, now: EpochMs): ScopesPage {
    const { workspace, plugin, limit } = query
    const [afterWorkspace = '', afterPlugin = '', afterStore = ''] =
      query.cursor === null ? [] : decodeCursor(query.cursor, 3)
    const rows = this.#scopes.all(
      now,
      workspace,
      plugin,
      afterWorkspace,
      afterPlugin,
      afterStore,
      limit + 1,
    )
    const scopes = rows.slice(0, limit).map(toScopeUsage)
    const last = scopes.at(-1)?.scope
    const hasMore = rows.length > limit && last !== undefined
    return {
      scopes,
      cursor: hasMore ? encodeCursor([last.workspace, last.plugin, last.store]) : null,
    }
  }
}

function toScopeUsage(row: Record<string, SQLOutputValue>): ScopeUsage {
  const { workspace, plugin, store } = row
  return {
    // They were validated when they were written.
    scope: { workspace, plugin, store } as Scope,
    usage: { entries: Number(row['live_entries']), bytes: Number(row['live_bytes']) },
  }
}
