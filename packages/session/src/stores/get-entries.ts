import { type Entry, limits, type StorageKey, type StoreName } from '@holdfast/core'
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
      found.push(entry && toOwn(entry))
    }
  }
  return found
}

/** Reads one entry: what there is most of, and so without what many need. */
export async function getEntry(
  open: OpenAccess,
  store: StoreName,
  key: StorageKey,
): Promise<StorageEntry | null> {
  const keys = [key]
  const before = beforeReading(open, store, keys)
  if (before !== null) await before
  const { storage, signal } = open()
  const [entry = null] = await storage.get(store, keys, { signal })
  return entry && toOwn(entry)
}

function toOwn(entry: Entry): StorageEntry {
  return { ...entry, value: ownBytes(entry.value) }
}
