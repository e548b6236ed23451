import {
  type Cursor,
  entryBytes,
  isHoldfastError,
  type ListedEntry,
  type ListPage,
  mintVersion,
  parseStorageKey,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  storeNames,
} from '@holdfast/core'
import type { FoundAccounts, FoundEntry, FoundMessage } from './crash-message.ts'
import { probePrefix, targets } from './crash-slot.ts'
import { readRound } from './self-proving-value.ts'

/** Reads all that a store holds, and what it says that it holds. */
export async function lookAround(driver: StorageDriver): Promise<FoundMessage> {
  const entries: FoundEntry[] = []
  const accounts: FoundAccounts[] = []
  for (const target of Object.values(targets)) {
    for (const store of storeNames) {
      const scope = { ...target, store }
      for await (const entry of listAll(driver, scope)) {
        entries.push(await toFound(driver, scope, entry))
      }
    }
    accounts.push(await readAccounts(driver, target))
  }
  return { kind: 'found', entries, accounts }
}

async function* listAll(driver: StorageDriver, scope: Scope): AsyncGenerator<ListedEntry, void> {
  let cursor: Cursor | null = null
  do {
    const query = { prefix: '', cursor, limit: 1_000, keysOnly: false }
    const page: ListPage = await driver.list(scope, query)
    yield* page.entries
    cursor = page.cursor
  } while (cursor !== null)
}

async function toFound(
  driver: StorageDriver,
  scope: Scope,
  { key, version, size, value: listed }: ListedEntry,
): Promise<FoundEntry> {
  const value = listed ?? (await readWhole(driver, scope, key))
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
  const version = mintVersion()
  const key = parseStorageKey(`${probePrefix}${version}`)
  const write = {
    store: 'storage',
    value: new Uint8Array(),
    expiresAt: null,
    contentType: null,
  } as const
  const put = { ...write, key, version }
  try {
    await driver.commit(target, { checks: [], puts: [put], deletes: [], quota: { maxBytes: 0 } })
    return null
  } catch (error) {
    if (!isHoldfastError(error, 'QUOTA_EXCEEDED')) throw error
    return Number(error.context['neededBytes']) - entryBytes(key, 0)
  }
}
