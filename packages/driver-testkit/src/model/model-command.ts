import type { ByteRange, EpochMs, PluginScope, Scope, StorageKey, StoreName } from '@holdfast/core'

/**
 * One thing to do with a store. What depends on the state, such as a version, is said relative to
 * it, so that a command means something wherever it stands.
 */
export type ModelCommand = { readonly through: number } & ModelAction

/** What a {@link ModelCommand} does. `through` is the number of the driver, where there are two. */
export type ModelAction =
  | CommitAction
  | { readonly kind: 'get'; readonly scope: Scope; readonly keys: readonly StorageKey[] }
  | ListAction
  | { readonly kind: 'go on listing'; readonly listing: number }
  | { readonly kind: 'usage'; readonly scope: Scope }
  | ScopesAction
  | { readonly kind: 'clear'; readonly scope: Scope }
  | { readonly kind: 'sweep'; readonly aheadMs: number }
  | { readonly kind: 'advance the clock'; readonly ms: number }
  | { readonly kind: 'close and reopen' }
  | UploadAction
  | ReadStreamAction
  | { readonly kind: 'go on reading'; readonly reading: number }
  | { readonly kind: 'watch'; readonly scope: Scope; readonly keys: readonly StorageKey[] }

/** A commit of several changes. */
export interface CommitAction {
  readonly kind: 'commit'
  readonly target: PluginScope
  readonly checks: readonly (PlaceOfKey & { readonly wanted: WantedVersion })[]
  readonly puts: readonly (PlaceOfKey & WrittenEntry)[]
  readonly deletes: readonly PlaceOfKey[]
  readonly quota: QuotaPlan | null
  /** Whether the buffers of the values are written over when the call has been made. */
  readonly spoils: boolean
}

/** The first page of a listing, which another command may go on with. */
export interface ListAction {
  readonly kind: 'list'
  readonly scope: Scope
  readonly prefix: string
  readonly limit: number
  readonly keysOnly: boolean
}

/** All pages of a listing of scopes. */
export interface ScopesAction {
  readonly kind: 'scopes'
  readonly workspace: PluginScope['workspace'] | null
  readonly plugin: PluginScope['plugin'] | null
  readonly limit: number
}

/** A stream into a store. */
export interface UploadAction extends WrittenEntry {
  readonly kind: 'write a stream'
  readonly scope: Scope
  readonly key: StorageKey
  readonly pieceBytes: number
  readonly wanted: WantedVersion | null
  readonly quota: QuotaPlan | null
  /** Whether the body throws in its end; such a body has no quota, which might be judged before. */
  readonly fails: boolean
}

/** A stream out of a store: read at once, or held open for another command to go on with. */
export interface ReadStreamAction {
  readonly kind: 'read a stream'
  readonly scope: Scope
  readonly key: StorageKey
  readonly range: ByteRange | null
  readonly isHeld: boolean
}

/** A key of one of the two stores of a plugin. */
export interface PlaceOfKey {
  readonly store: StoreName
  readonly key: StorageKey
}

/** What is written under a key. */
export interface WrittenEntry {
  /** A text, or so many bytes of noise. */
  readonly value: string | { readonly length: number; readonly seed: number }
  /** From now on; `null` for never, less than 1 for the past. */
  readonly expiresInMs: EpochMs | null
  readonly contentType: string | null
}

/**
 * Which version a check names: that of the key, none, the last but one of the key, that of the key
 * in the other case, or one that no entry has.
 */
export type WantedVersion = 'current' | 'absent' | 'former' | 'other case' | 'unknown'

/** A quota of so many bytes more than the write needs; of less bytes, if it is negative. */
export interface QuotaPlan {
  readonly spareBytes: number
}
