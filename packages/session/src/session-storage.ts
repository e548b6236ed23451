import type { EntryMetadata, Version } from '@holdfast/core'
import type { ByteSource } from './byte-source.ts'
import type { Bytes } from './bytes.ts'
import type {
  DeleteOptions,
  Entries,
  KeysOptions,
  ListOptions,
  Page,
  SetBytesOptions,
  SetManyOptions,
  StreamOptions,
  UpdateBytesOptions,
  WatchOptions,
} from './store-options.ts'

/** An entry of `session.storage`. */
export interface StorageEntry extends EntryMetadata {
  readonly value: Bytes
}

/** An entry of `session.storage` whose value comes as a stream. */
export interface StorageStream extends EntryMetadata {
  /**
   * The bytes, as they were when the stream was opened, whatever is written meanwhile. They are read
   * from the store as they are asked for. A stream that is not wanted to its end is to be cancelled;
   * with its invocation it ends anyhow, and to read it after that is `INVOCATION_CLOSED`.
   */
  readonly body: ReadableStream<Bytes>
  /** Which bytes the body has, of the `size` bytes of the value: from `start` up to, not including, `end`. */
  readonly range: { readonly start: number; readonly end: number }
}

/** An entry of `session.storage` that is watched. */
export interface WatchedEntry extends EntryMetadata {
  /** `null` if the value is too large to be taken whole: read it with `stream`. */
  readonly value: Bytes | null
}

/** One entry for each key that is watched, in the order asked; `null` where there is none. */
export type WatchedEntries<Keys extends readonly string[]> = {
  readonly [Index in keyof Keys]: WatchedEntry | null
}

/**
 * Bytes by key, kept for this plugin in this workspace across invocations, restarts and upgrades.
 *
 * A key is well-formed Unicode of 1 to 512 bytes of UTF-8 without U+0000. A value is a `Uint8Array`
 * of at most 64 MiB, of length 0 too; bytes are copied on their way in and out. A missing key is
 * `null`.
 *
 * Every method rejects with `INVALID_KEY` for what is no key, `INVOCATION_CLOSED` after the end of
 * its invocation, `ABORTED` when the signal of the invocation aborts (a write whose outcome is not
 * known then: `OUTCOME_UNKNOWN`), and a `STORE_*` code or `DRIVER_FAILURE` when the store fails: a
 * failure never looks like a missing key. What a resolved write survives is for the operator's
 * store to say.
 *
 * @example
 * ```ts
 * await this.session.storage.set('name', new TextEncoder().encode('John Doe'))
 * const bytes = await this.session.storage.get('name')
 * const name = bytes === null ? 'nobody' : new TextDecoder().decode(bytes)
 * ```
 */
export interface SessionStorage {
  /** Reads a value; `null` if there is none. */
  get(key: string): Promise<Bytes | null>

  /** Reads a value with its version, size, times and content type; `null` if there is none. */
  getEntry(key: string): Promise<StorageEntry | null>

  /**
   * Reads all of an entry but its value: version, size, times and content type; `null` if there is
   * none.
   */
  stat(key: string): Promise<EntryMetadata | null>

  /** Whether the key is there. Does not read its value. */
  exists(key: string): Promise<boolean>

  /**
   * Reads many values. Beyond 1,000 keys it is several reads, each of one moment of its own.
   *
   * @returns values by key in the order asked; missing keys are missing in it
   */
  getMany(keys: Iterable<string>): Promise<Map<string, Bytes>>

  /**
   * Reads a value of any size, or a range of it, as a stream; `null` if there is none. Nothing of it
   * is read before it is asked for, and no more than one piece is in memory.
   *
   * @throws {@link HoldfastError} `INVALID_ARGUMENT` for what is no range; `UNSUPPORTED` where the
   * operator's store has no streams
   *
   * @example
   * ```ts
   * const file = await this.session.storage.stream('film.mp4')
   * if (file === null) return new Response('No such file.', { status: 404 })
   * return new Response(file.body, { headers: { 'content-length': String(file.size) } })
   * ```
   */
  stream(key: string, options?: StreamOptions): Promise<StorageStream | null>

  /**
   * Writes a value. It replaces the whole entry: without `expiresInMs` it does not expire any more,
   * without `contentType` it has none.
   *
   * A value larger than 64 MiB is given as a stream of `Uint8Array`, which is pulled as fast as the
   * store takes it and replaces the old value in one step at its end; until then nobody sees any of
   * it. The stream is read to its end or, if the call rejects, cancelled. Its expiry counts from the
   * call.
   *
   * @returns the version of what was written
   * @throws {@link MisuseError} `WRONG_TYPE` when the value, or a piece of the stream, is no
   * Uint8Array, as a string; `INVALID_ARGUMENT` when the stream was read or
   * given to a `set` before
   * @throws {@link HoldfastError} `VALUE_TOO_LARGE`, `QUOTA_EXCEEDED`, `VERSION_MISMATCH`;
   * `BODY_FAILED`, with the cause, when the stream fails: then the old value is as it was;
   * `UPLOAD_EXPIRED`; `UNSUPPORTED` where the operator's store has no streams
   */
  set(key: string, value: Uint8Array | ByteSource, options?: SetBytesOptions): Promise<Version>

  /**
   * Writes many values, all or none.
   *
   * @param entries at most 1,000 different keys with at most 64 MiB of values together
   * @throws {@link HoldfastError} `COMMIT_TOO_LARGE` beyond that, and as `set`
   */
  setMany(entries: Entries<Uint8Array>, options?: SetManyOptions): Promise<void>

  /**
   * Removes a key. To remove what is not there is no error.
   *
   * @throws {@link HoldfastError} `VERSION_MISMATCH`
   */
  delete(key: string, options?: DeleteOptions): Promise<void>

  /**
   * Removes many keys, all or none.
   *
   * @param keys at most 1,000
   * @throws {@link HoldfastError} `COMMIT_TOO_LARGE` beyond that
   */
  deleteMany(keys: Iterable<string>): Promise<void>

  /**
   * Changes a value by a function of what it is, so that concurrent updates lose none: if somebody
   * wrote the key meanwhile, the function is called again with what they wrote. It must not do what
   * may not be done twice.
   *
   * The entry keeps its expiry and its content type unless `options` say otherwise. If the value
   * stays the same and no options are given, nothing is written. To remove the key use `delete` with
   * `ifVersion`.
   *
   * @param change gets the value, `null` if there is none; returns the new value, or a promise of it
   * @returns the new value
   * @throws {@link HoldfastError} `CONTENTION`, retryable, when others were faster many times over;
   * `NESTED_UPDATE` inside an update of the same key; and as `set`
   */
  update(
    key: string,
    change: (current: Bytes | null) => Uint8Array | Promise<Uint8Array>,
    options?: UpdateBytesOptions,
  ): Promise<Bytes>

  /**
   * Watches keys: gives their entries as they are, and again whenever one of them was written,
   * deleted or has expired, by whatever process. The last state always comes; states in between may
   * be left out, so that one who is slow to ask for the next needs no memory.
   *
   * It ends when the loop over it is left, when its signal aborts and with its invocation, all of
   * them without an error.
   *
   * @param keys at most 16
   * @throws {@link MisuseError} `INVALID_ARGUMENT` for more keys
   * @throws {@link HoldfastError} `UNSUPPORTED` where the operator's store cannot be watched
   *
   * @example
   * ```ts
   * for await (const [logo] of this.session.storage.watch(['logo.png'])) {
   *   yield this.text(logo === null ? 'There is no logo.' : `The logo has ${logo.size} bytes.`)
   * }
   * ```
   */
  watch<const Keys extends readonly string[]>(
    keys: Keys,
    options?: WatchOptions,
  ): AsyncGenerator<WatchedEntries<Keys>, void, void>

  /**
   * Lists a page of entries by literal prefix, in order of the bytes of their keys in UTF-8.
   *
   * @throws {@link HoldfastError} `INVALID_CURSOR`, `INVALID_ARGUMENT` for a limit out of range
   */
  list(options?: ListOptions): Promise<Page>

  /**
   * Goes through all keys by literal prefix, in order, page by page. A key that is there all the
   * time comes once, whatever is written to other keys meanwhile.
   */
  keys(options?: KeysOptions): AsyncGenerator<string, void, void>
}
