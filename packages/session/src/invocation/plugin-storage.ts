import type {
  ByteRange,
  CallOptions,
  Commit,
  Entry,
  EntryStream,
  ListedEntry,
  ListPage,
  ListQuery,
  StorageKey,
  StoreName,
  StreamPut,
} from '@holdfast/core'

/** A commit as a plugin asks for it: whoever serves the plugin adds its quota. */
export type PluginCommit = Pick<Commit, 'checks' | 'puts' | 'deletes'>

/** A value on its way in as a plugin gives it: whoever serves the plugin adds its quota. */
export type PluginStreamPut = Omit<StreamPut, 'quota'>

/**
 * The two stores of one plugin in one workspace, without any name of a scope: all that a plugin's
 * process sees of a store. In-process it is made by {@link bindDriver}.
 *
 * The rules of {@link StorageDriver} hold for the methods that it has, too. What passes is data,
 * bytes, signals and streams of these, so the store may be in another process.
 */
export interface PluginStorage {
  get(
    store: StoreName,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]>

  /** The values of the puts are copied before this returns its promise. */
  commit(commit: PluginCommit, options?: CallOptions): Promise<void>

  list(store: StoreName, query: ListQuery, options?: CallOptions): Promise<ListPage>

  /** The signal is for the body, too, also when nobody reads it any more. */
  readStream(
    store: StoreName,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null>

  /**
   * A piece of the body is good until the next is asked for. What the body throws is an error of
   * Holdfast already.
   */
  writeStream(store: StoreName, put: PluginStreamPut, options?: CallOptions): Promise<void>

  watch(
    store: StoreName,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]>

  /**
   * Runs an update of a key when those of the same key that asked before have had their turn, so
   * that updates inside one process wait for one another instead of failing their checks in turn.
   * All invocations of one plugin in one workspace share the turns. They are a courtesy alone: what
   * keeps updates right is the check in their commit.
   *
   * @throws {@link HoldfastError} `ABORTED` when `options.signal` aborts before the turn has come
   */
  inTurn<Result>(
    store: StoreName,
    key: StorageKey,
    update: () => Promise<Result>,
    options?: CallOptions,
  ): Promise<Result>
}
