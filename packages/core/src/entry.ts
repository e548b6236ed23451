import type { StorageKey } from './storage-key.ts'
import type { Version } from './version.ts'

/** Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` gives. */
export type EpochMs = number

/** Where a driver takes the time from; a test may give its own. */
export type Clock = () => EpochMs

/** All of an entry but its value. */
export interface EntryMetadata {
  readonly key: StorageKey
  /** Length of the value, in bytes. */
  readonly size: number
  readonly version: Version
  /** When the key came to be; an overwrite keeps it, a write after delete or expiry does not. */
  readonly createdAt: EpochMs
  /** When the value was last written. */
  readonly updatedAt: EpochMs
  /** From when on the entry is absent; `null` if it does not expire. */
  readonly expiresAt: EpochMs | null
  /** Media type of the value, if its writer gave one. */
  readonly contentType: string | null
}

/** An entry with its value. The bytes belong to whoever received them. */
export interface Entry extends EntryMetadata {
  readonly value: Uint8Array
}
