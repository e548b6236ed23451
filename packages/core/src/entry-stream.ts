import type { Quota } from './commit.ts'
import type { EntryMetadata, EpochMs } from './entry.ts'
import type { StorageKey } from './storage-key.ts'
import type { Version } from './version.ts'

/** Part of a value: from byte `start` up to, not including, byte `end`. */
export interface ByteRange {
  readonly start: number
  /** `null` for the end of the value. */
  readonly end: number | null
}

/** A value on its way out. */
export interface EntryStream {
  /** Of the whole value, whatever part of it was asked for. */
  readonly metadata: EntryMetadata
  /**
   * The bytes of the value as it was when the stream was opened, whatever is written meanwhile.
   * To stop early, end the iteration: `return()` gives back what the body holds, before its first
   * piece, too. A body that is neither read nor ended holds it until it is collected as garbage or its
   * driver is closed.
   */
  readonly body: AsyncIterable<Uint8Array>
}

/** A value on its way in. */
export interface StreamPut {
  readonly key: StorageKey
  readonly version: Version
  readonly expiresAt: EpochMs | null
  readonly contentType: string | null
  /** As of a {@link Check}; `undefined` for a write without a check. */
  readonly expected: Version | null | undefined
  readonly quota: Quota | null
  /** Pulled as fast as the store takes it. */
  readonly body: AsyncIterable<Uint8Array>
}
