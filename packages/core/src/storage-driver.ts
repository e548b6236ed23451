import type { CallOptions } from './call-options.ts'
import type { Capabilities } from './capabilities.ts'
import type { Commit, Usage } from './commit.ts'
import type { ByteRange, EntryStream, StreamPut } from './entry-stream.ts'
import type { Entry, EpochMs } from './entry.ts'
import type { ListedEntry, ListPage, ListQuery, ScopesPage, ScopesQuery } from './list-query.ts'
import type { PluginScope, Scope } from './scope.ts'
import type { StorageKey } from './storage-key.ts'

/**
 * A store of entries. Whoever writes one implements this interface, wraps it in `manageDriver` and
 * runs `@holdfast/driver-testkit` on it; docs/writing-a-driver.md shows how.
 *
 * Arguments reach a driver validated: keys, ids and versions are branded, limits and duplicates are
 * checked by `manageDriver`, which also opens and closes once, settles calls by their deadline and
 * wraps foreign errors. A driver adds storage and nothing else.
 *
 * Rules for all methods: an expired entry is absent. A failure of the store rejects; it never looks
 * like a missing key. A resolved write is as durable as `capabilities.durability` says. Every call
 * sees the writes that had resolved before it began.
 */
export interface StorageDriver extends AsyncDisposable {
  /** Short name for messages and reports: `memory`, `file`. */
  readonly name: string
  /** Known before `open`, and the same for as long as the driver lives. */
  readonly capabilities: Capabilities

  /**
   * Makes the store ready. Idempotent. If it rejects, it has given back what it took: no `close`
   * follows, and another `open` may.
   *
   * @throws {@link HoldfastError} one of the `STORE_*` codes, with the store left as it was
   */
  open(options?: CallOptions): Promise<void>

  /** Gives back all that `open` took, after the calls in flight. Idempotent. */
  close(): Promise<void>

  /**
   * Reads entries, all as they were at one moment.
   *
   * @returns one item a key, in the order asked; `null` where there is no entry
   * @throws {@link HoldfastError} `VALUE_TOO_LARGE` for a value larger than
   * `capabilities.maxValueBytes`, which is read as a stream, and when the values sum to more than
   * `limits.maxGetBytes`
   */
  get(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]>

  /**
   * Applies a change whole or not at all, over both stores of one plugin in one workspace. Checks,
   * quota and accounting happen in the same transaction as the writes: two commits never see each
   * other half done, and usage is exact under concurrent writers and after a crash.
   *
   * @throws {@link HoldfastError} `VERSION_MISMATCH` for the first check that fails, made with
   * `versionMismatch`; `QUOTA_EXCEEDED`, made with `quotaExceeded`; `OUTCOME_UNKNOWN` when it may or
   * may not have been applied
   */
  commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void>

  /**
   * Lists entries by literal prefix, in order of the bytes of their keys in UTF-8. A key that is
   * there during the whole listing is listed once, whatever is written to other keys meanwhile.
   *
   * @throws {@link HoldfastError} `INVALID_CURSOR`
   */
  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage>

  /** Counts what a scope holds. Exact: the sum over what `list` gives. */
  usage(scope: Scope, options?: CallOptions): Promise<Usage>

  /**
   * Lists the scopes that hold something, for operators.
   *
   * @throws {@link HoldfastError} `INVALID_CURSOR`
   */
  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage>

  /**
   * Removes all entries of one scope, and of no other.
   *
   * @returns what was removed
   */
  clear(scope: Scope, options?: CallOptions): Promise<Usage>

  /**
   * Frees the space of entries that expired at or before `now`, and by the driver's own clock too. It
   * changes nothing that any other call can see, so it may be repeated at will.
   *
   * @returns what was removed
   */
  sweep(now: EpochMs, options?: CallOptions): Promise<Usage>

  /**
   * Opens a value, or a range of it, as a stream. A range beyond the end gives the bytes there are.
   * The body is the value as it was then, whatever is written meanwhile. The deadline is for the
   * opening alone; the signal ends the body, too, which then throws, and so does `close`.
   *
   * @returns `null` where there is no entry
   * @throws {@link HoldfastError} `UNSUPPORTED` where `capabilities.maxStreamBytes` is 0
   */
  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null>

  /**
   * Writes a value from a stream with bounded memory, and replaces the old value atomically once
   * the stream has ended. Until then nobody sees any of it, and if it never ends, because the body
   * throws, the call is aborted or the process dies, the old value stays; what was stored of the new
   * one is removed at once or, when the process died, by a sweep `limits.uploadLeaseMs` later.
   *
   * @throws {@link HoldfastError} as `commit`; `BODY_FAILED` when the body throws;
   * `VALUE_TOO_LARGE` beyond `capabilities.maxStreamBytes`; `UPLOAD_EXPIRED` when the writer was
   * taken for dead; `UNSUPPORTED` where `capabilities.maxStreamBytes` is 0
   */
  writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void>

  /**
   * Yields the newest state of the keys: first as they are, then after changes, by whatever process
   * they were made. The last state is always yielded; states between may be skipped.
   *
   * @returns one item a key, in the order asked; `null` where there is no entry. The value of an
   * item is `null` if it is too large to be taken whole. It ends when `options.signal` aborts, and
   * throws `DRIVER_CLOSED` when the driver is closed.
   * @throws {@link HoldfastError} `UNSUPPORTED` where `capabilities.maxWatchedKeys` is 0
   */
  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]>
}
