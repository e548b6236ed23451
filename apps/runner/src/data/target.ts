import {
  parsePersistentStoreKey,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type StoreName,
} from '@holdfast/core'
import { type OpenStoreOptions, openStore } from '../store-registry.ts'

/** What every `data` command but `ls` is told of where to work. */
export interface TargetOptions {
  readonly plugin: string
  readonly workspace: string
  readonly storeName: StoreName
  readonly store: string
  readonly json?: true
}

/** One store of one plugin in one workspace, open. */
export interface Target extends AsyncDisposable {
  readonly driver: StorageDriver
  readonly scope: Scope
}

/**
 * Opens what a command works on, ids first, so that a wrong one makes no file.
 *
 * @throws {@link HoldfastError} `INVALID_PLUGIN_ID`, `INVALID_WORKSPACE_ID`, or as `openStore`
 */
export async function openTarget(
  options: TargetOptions,
  storeOptions: OpenStoreOptions,
): Promise<Target> {
  const scope = {
    workspace: parseWorkspaceId(options.workspace),
    plugin: parsePluginId(options.plugin),
    store: options.storeName,
  }
  const driver = await openStore(options.store, storeOptions)
  return { driver, scope, [Symbol.asyncDispose]: () => driver.close() }
}

/** Holds a key to the rules of its store. */
export function parseKey(store: StoreName, key: string): StorageKey {
  return store === 'storage' ? parseStorageKey(key) : parsePersistentStoreKey(key)
}
