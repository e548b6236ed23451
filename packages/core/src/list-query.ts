import type { Usage } from './commit.ts'
import type { Cursor } from './cursor.ts'
import type { Entry, EntryMetadata } from './entry.ts'
import type { PluginScope, Scope } from './scope.ts'

/** Which keys of a scope to list. */
export interface ListQuery {
  /** Keys that begin with this text, literally; empty for all. */
  readonly prefix: string
  /** Where the page before ended; `null` for the first. */
  readonly cursor: Cursor | null
  /** Most entries of this page, from 1 to `limits.maxListLimit`. */
  readonly limit: number
  /** Whether to leave the values out. */
  readonly keysOnly: boolean
}

/**
 * Entry of a listing; its `value` is `null` when only keys were asked for, or when it is larger than
 * `capabilities.maxValueBytes` and is to be read as a stream.
 */
export interface ListedEntry extends EntryMetadata {
  readonly value: Entry['value'] | null
}

/** Entries in order of the bytes of their keys in UTF-8. */
export interface ListPage {
  readonly entries: readonly ListedEntry[]
  /** Where the next page begins; `null` after the last. A page may be short and not the last. */
  readonly cursor: Cursor | null
}

/** Which scopes to list; a `null` names all. */
export interface ScopesQuery {
  readonly workspace: PluginScope['workspace'] | null
  readonly plugin: PluginScope['plugin'] | null
  readonly cursor: Cursor | null
  /** Most scopes of this page, from 1 to `limits.maxListLimit`. */
  readonly limit: number
}

/** A scope that holds something, and how much. */
export interface ScopeUsage {
  readonly scope: Scope
  readonly usage: Usage
}

/** Scopes in order of workspace, plugin, store. */
export interface ScopesPage {
  readonly scopes: readonly ScopeUsage[]
  readonly cursor: Cursor | null
}
