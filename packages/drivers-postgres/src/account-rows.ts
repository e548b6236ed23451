import {
  type EpochMs,
  type PluginScope,
  type StorageKey,
  type StoreName,
  storeNames,
  type Usage,
  type Version,
} from '@holdfast/core'
import type { KeyState, PluginLedger } from './plugin-ledger.ts'
import type { Row, StatementValues } from './sql-connection.ts'

/** Reads the counters of an account. */
export function toCounters(account: Row): Readonly<Record<StoreName, Usage>> {
  return {
    storage: {
      entries: Number(account['storage_entries']),
      bytes: Number(account['storage_bytes']),
    },
    persistent_store: {
      entries: Number(account['persistent_entries']),
      bytes: Number(account['persistent_bytes']),
    },
  }
}

/** Reads before when nothing of an account expires; `null` if nothing does. */
export function toNextExpiry(account: Row): EpochMs | null {
  return account['next_expiry'] === null ? null : Number(account['next_expiry'])
}

/** What to write to the account of a plugin. */
export function toAccountValues(
  { workspace, plugin }: PluginScope,
  { counters, nextExpiry }: PluginLedger,
  commit: string,
): StatementValues {
  return {
    workspace,
    plugin,
    storageEntries: counters.storage.entries,
    storageBytes: counters.storage.bytes,
    persistentEntries: counters.persistent_store.entries,
    persistentBytes: counters.persistent_store.bytes,
    nextExpiry,
    commit,
  }
}

/** Reads what there is of keys, by store. */
export function toStates(
  rows: readonly Row[],
): ReadonlyMap<StoreName, ReadonlyMap<StorageKey, KeyState>> {
  const states = new Map<StoreName, Map<StorageKey, KeyState>>(
    storeNames.map((store) => [store, new Map()]),
  )
  for (const row of rows) {
    states.get(row['store'] as StoreName)?.set(row['key'] as StorageKey, {
      size: Number(row['size']),
      version: row['version'] as Version,
      createdAt: Number(row['created_at']),
      expiresAt: row['expires_at'] === null ? null : Number(row['expires_at']),
      stream: row['stream'] as string | null,
    })
  }
  return states
}
