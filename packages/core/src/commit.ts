import type { EpochMs } from './entry.ts'
import type { StoreName } from './scope.ts'
import type { StorageKey } from './storage-key.ts'
import type { Version } from './version.ts'

/** A change of both stores of one plugin in one workspace, applied whole or not at all. */
export interface Commit {
  /** What must be so before the change; looked at in the same transaction. */
  readonly checks: readonly Check[]
  /** What is written. No key stands twice among the puts and deletes of one store. */
  readonly puts: readonly Put[]
  /** What is removed. To remove what is not there is no error. */
  readonly deletes: readonly Delete[]
  /** What the plugin may hold after the change; `null` for no bound. */
  readonly quota: Quota | null
}

/** The version that a key must have; `null` for a key that must be absent. */
export interface Check {
  readonly store: StoreName
  readonly key: StorageKey
  readonly version: Version | null
}

/** One key and its whole new value. */
export interface Put {
  readonly store: StoreName
  readonly key: StorageKey
  /** Copied by the driver before `commit` returns its promise. */
  readonly value: Uint8Array
  /** Minted by the writer with `mintVersion`; the entry bears it. */
  readonly version: Version
  readonly expiresAt: EpochMs | null
  readonly contentType: string | null
}

/** One key to remove. */
export interface Delete {
  readonly store: StoreName
  readonly key: StorageKey
}

/**
 * What one plugin in one workspace may hold in both its stores together, counted as
 * {@link Usage} counts. A commit that leaves more than this and more than there was before is
 * refused; one that shrinks what is over the bound is not.
 */
export interface Quota {
  readonly maxBytes: number
}

/** What a scope holds, without expired entries. */
export interface Usage {
  readonly entries: number
  /** Sum over the entries of the bytes of the key in UTF-8 and of the value. */
  readonly bytes: number
}
