import type { Cursor, EntryMetadata, Version } from '@holdfast/core'

/** How a value is written. */
export interface SetOptions {
  /** After how many milliseconds the entry is absent; without it the entry does not expire. */
  readonly expiresInMs?: number | undefined
  /**
   * Writes only if the key has this version, as `set` and `getEntry` gave it; `null` writes only if
   * the key is absent. Otherwise `VERSION_MISMATCH`, with the current version in `context.current`.
   * Without it, whatever is there is written over; `undefined` is refused with `INVALID_ARGUMENT`.
   */
  readonly ifVersion?: Version | string | null
}

/** How bytes are written. */
export interface SetBytesOptions extends SetOptions {
  /** Media type of the value, such as `image/png`; at most 255 characters. */
  readonly contentType?: string | undefined
}

/** How keys are watched. */
export interface WatchOptions {
  /** Ends the watch, without an error. It ends with its invocation, too. */
  readonly signal?: AbortSignal | undefined
}

/** Which part of a value is read as a stream. */
export interface StreamOptions {
  /**
   * From byte `start`, 0 without it, up to and not including byte `end`, without it the end of the
   * value. A range beyond the end gives the bytes there are.
   */
  readonly range?:
    | { readonly start?: number | undefined; readonly end?: number | undefined }
    | undefined
}

/** How several values are written at once. */
export type SetManyOptions = Pick<SetOptions, 'expiresInMs'>

/** How a key is removed. */
export type DeleteOptions = Pick<SetOptions, 'ifVersion'>

/** How an update writes. What is not given stays as the entry has it. */
export type UpdateOptions = Pick<SetOptions, 'expiresInMs'>

/** How an update writes bytes. What is not given stays as the entry has it. */
export type UpdateBytesOptions = Pick<SetBytesOptions, 'expiresInMs' | 'contentType'>

/** Several values at once: pairs, such as a Map, or the properties of an object. */
export type Entries<Value> =
  | Iterable<readonly [key: string, value: Value]>
  | Readonly<Record<string, Value>>

/** Which keys are listed. */
export interface KeysOptions {
  /** Keys that begin with this text, literally; without it all keys. */
  readonly prefix?: string | undefined
}

/** Which page of keys is listed. */
export interface ListOptions extends KeysOptions {
  /** Where the page before ended; without it the first page. */
  readonly cursor?: Cursor | string | null | undefined
  /** Most entries of the page, from 1 to 1,000; 100 without it. */
  readonly limit?: number | undefined
}

/** Entries in order of the bytes of their keys in UTF-8, without their values. */
export interface Page {
  readonly entries: readonly EntryMetadata[]
  /** Where the next page begins; `null` after the last. A page may be short and not the last. */
  readonly cursor: Cursor | null
}
