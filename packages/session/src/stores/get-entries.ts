import { limits, type StorageKey, type StoreName } from '@holdfast/core'
import type { StorageEntry } from '../session-storage.ts'
import { ownBytes } from './bytes.ts'
import { beforeReading } from './in-order.ts'
import type { OpenAccess } from './store-access.ts'

/** Reads any number of entries, in the order asked, in as many reads as that takes. */
export async function getEntries(
  open: OpenAccess,
  store: StoreName,
  keys: readonly StorageKey[],
): Promise<readonly (StorageEntry | null)[]> {
  const before = beforeReading(open, store, keys)
  if (before !== null) await before
  const found: (StorageEntry | null)[] = []
  for (let start = 0; start < keys.length; start += limits.maxGetKeys) {
    const { storage, signal } = open()
    const some = keys.slice(start, start + limits.maxGetKeys)
    for (const entry of await storage.get(store, some, { signal })) {
      found.push(entry && { ...entry, value: ownBytes(entry.value) })
    }
  }
  return found
}
