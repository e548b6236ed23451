import type { StorageKey, StoreName, Usage, Version } from '@holdfast/core'

/** What a process of writers is started with. */
export interface WriterPlan {
  /** URL of a module that exports `createDriver(location)`. */
  readonly driverModule: string
  readonly location: string
  readonly seed: number
  /** How many write at the same time; 0 to look and end. */
  readonly writers: number
  /** Rounds before this one are taken. */
  readonly firstRound: number
}

/** A write by its slot and round. */
export interface WriteName {
  readonly slot: StorageKey
  readonly round: number
}

/** An entry of the reopened store. */
export interface FoundEntry {
  readonly plugin: string
  readonly store: StoreName
  readonly key: StorageKey
  readonly version: Version
  /** What the entry says of itself. */
  readonly size: number
  /** How many bytes its value has. */
  readonly bytes: number
  /** The round that wrote the value; `null` if it is not one whole value. */
  readonly round: number | null
}

/** What the accounts of the reopened store say. */
export interface FoundAccounts {
  readonly plugin: string
  readonly usage: Readonly<Record<StoreName, Usage>>
  /** What the quota was judged by, in bytes; `null` if a commit beyond its quota was not refused. */
  readonly countedForQuota: number | null
}

/** A write that is about to be done. */
export interface Intention extends WriteName {
  readonly isDelete: boolean
  /** The code that it may be refused with; with `VERSION_MISMATCH` it must be. */
  readonly refusal: 'QUOTA_EXCEEDED' | 'VERSION_MISMATCH' | null
}

/** A store as it was when a process of writers had opened it. */
export interface FoundMessage {
  readonly kind: 'found'
  readonly entries: readonly FoundEntry[]
  readonly accounts: readonly FoundAccounts[]
}

/** What a process of writers tells, in this order: that it opens, what it found, what it writes. */
export type CrashMessage =
  | { readonly kind: 'opening' }
  | FoundMessage
  /** Before anything of the write is done. */
  | ({ readonly kind: 'intended' } & Intention)
  /** A stream has been pulled to its half. */
  | ({ readonly kind: 'half' } & WriteName)
  | ({ readonly kind: 'acknowledged' } & WriteName)
  /** Nothing of it was applied, nor will be. */
  | ({ readonly kind: 'refused'; readonly code: string } & WriteName)
  /** It may have been applied, or not. */
  | ({ readonly kind: 'unknown' } & WriteName)
