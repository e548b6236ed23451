import type {
  CallOptions,
  Commit,
  Entry,
  ListPage,
  ListQuery,
  StorageKey,
  StoreName,
} from '@holdfast/core'

/** A commit as a plugin asks for it: whoever serves the plugin adds its quota. */
export type PluginCommit = Pick<Commit, 'checks' | 'puts' | 'deletes'>

/**
 * The two stores of one plugin in one workspace, without any name of a scope: all that a plugin's
 * process sees of a store. In-process it is made by {@link bindDriver}.
 *
 * The rules of {@link StorageDriver} hold for `get`, `commit` and `list`.
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
