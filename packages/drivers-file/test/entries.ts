import {
  type Commit,
  type Entry,
  mintVersion,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type PluginScope,
  type Put,
  type Scope,
  type StorageDriver,
  type StorageKey,
} from '@holdfast/core'

export const target: PluginScope = {
  workspace: parseWorkspaceId('acme'),
  plugin: parsePluginId('notes'),
}
export const scope: Scope = { ...target, store: 'storage' }

export function put(key: string, value: Uint8Array, more: Partial<Put> = {}): Put {
  return {
    store: 'storage',
    key: parseStorageKey(key),
    value,
    version: mintVersion(),
    expiresAt: null,
    contentType: null,
    ...more,
  }
}

export function commitOf(...puts: readonly Put[]): Commit {
  return { checks: [], puts, deletes: [], quota: null }
}

/** Everything that a scope holds. */
export async function listAll(driver: StorageDriver): Promise<ReadonlyMap<StorageKey, Entry>> {
  const found = new Map<StorageKey, Entry>()
  let cursor: Awaited<ReturnType<StorageDriver['list']>>['cursor'] = null
  do {
    const page = await driver.list(scope, { prefix: '', cursor, limit: 1000, keysOnly: false })
    for (const { value, ...metadata } of page.entries) {
      if (value !== null) found.set(metadata.key, { ...metadata, value })
    }
    cursor = page.cursor
  } while (cursor !== null)
  return found
}
