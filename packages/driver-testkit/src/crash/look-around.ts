import {
  entryBytes,
  isHoldfastError,
  type ListedEntry,
  mintVersion,
  parseStorageKey,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  storeNames,
} from '@holdfast/core'
import { ScopeHandle } from '../scope-handle.ts'
import type { FoundAccounts, FoundEntry, FoundMessage } from './crash-message.ts'
import { probePrefix, targets } from './crash-slot.ts'
import { readRound } from './self-proving-value.ts'

/** Reads all that a store holds, and what it says that it holds. */
export async function lookAround(driver: StorageDriver): Promise<FoundMessage> {
  const entries: FoundEntry[] = []
  const accounts: FoundAccounts[] = []
  for (const target of Object.values(targets)) {
    for (const store of storeNames) {
      const handle = new ScopeHandle(driver, { ...target, store })
      for (const entry of await handle.listAll()) entries.push(await toFound(handle, entry))
    }
    accounts.push(await readAccounts(driver, target))
  }
  return { kind: 'found', entries, accounts }
}

async function toFound({ driver, scope }: ScopeHandle, entry: ListedEntry): Promise<FoundEntry> {
  const { key, version, size } = entry
  const value = entry.value ?? (await readWhole(driver, scope, key))
  return {
    plugin: scope.plugin,
    store: scope.store,
    key,
    version,
    size,
    bytes: value.byteLength,
    round: readRound(key, value),
  }
}

/** Reads a value that is too large for a listing. */
async function readWhole(
  driver: StorageDriver,
  scope: Scope,
  key: StorageKey,
): Promise<Uint8Array> {
  const stream = await driver.readStream(scope, key, null)
  return Buffer.concat(await Array.fromAsync(stream?.body ?? []))
}

async function readAccounts(driver: StorageDriver, target: PluginScope): Promise<FoundAccounts> {
  const usage = {
    storage: await driver.usage({ ...target, store: 'storage' }),
    persistent_store: await driver.usage({ ...target, store: 'persistent_store' }),
  }
  const countedForQuota = await readQuotaAccount(driver, target)
  return { plugin: target.plugin, usage, countedForQuota }
}

/** What a plugin holds as its quota counts it, which a refusal tells. */
async function readQuotaAccount(
  driver: StorageDriver,
  target: PluginScope,
): Promise<number | null> {
  const store = new ScopeHandle(driver, { ...target, store: 'storage' })
  const version = mintVersion()
  const key = parseStorageKey(`${probePrefix}${version}`)
  try {
    await store.put(key, '', { version, quota: { maxBytes: 0 } })
    return null
  } catch (error) {
    if (!isHoldfastError(error, 'QUOTA_EXCEEDED')) throw error
    return Number(error.context['neededBytes']) - entryBytes(key, 0)
  }
}
