import type { PluginId, StorageDriver, WorkspaceId } from '@holdfast/core'
import type { PluginStorage, UpdateTurns } from '@holdfast/session/runtime'

/** An invocation, as its calls to the stores know it. */
export interface InvocationScope {
  /** Stands for the invocation in the place of a workspace; see {@link WireCalls.enter}. */
  readonly name: WorkspaceId
  readonly workspace: WorkspaceId
  readonly plugin: PluginId
}

/** Makes the storage of one invocation from the driver of its process. The host adds the quota. */
export function bindInvocation(
  driver: StorageDriver,
  turns: UpdateTurns,
  { name, workspace, plugin }: InvocationScope,
): PluginStorage {
  return {
    get: (store, keys, options) => driver.get({ workspace: name, plugin, store }, keys, options),
    commit: ({ checks, puts, deletes }, options) =>
      driver.commit({ workspace: name, plugin }, { checks, puts, deletes, quota: null }, options),
    list: (store, query, options) =>
      driver.list({ workspace: name, plugin, store }, query, options),
    readStream: (store, key, range, options) =>
      driver.readStream({ workspace: name, plugin, store }, key, range, options),
    writeStream: (store, put, options) =>
      driver.writeStream({ workspace: name, plugin, store }, { ...put, quota: null }, options),
    watch: (store, keys, options) =>
      driver.watch({ workspace: name, plugin, store }, keys, options),
    inTurn: (store, key, update, options) =>
      turns.run(JSON.stringify([workspace, store, key]), update, options?.signal),
  }
}
