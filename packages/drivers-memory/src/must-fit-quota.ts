import {
  type Commit,
  entryBytes,
  type EpochMs,
  fitsQuota,
  quotaExceeded,
  type StoreName,
} from '@holdfast/core'
import type { EntryTable } from './entry-table.ts'

/**
 * Counts what a plugin would hold after a commit, in both its stores together.
 *
 * @throws {@link HoldfastError} `QUOTA_EXCEEDED`
 */
export function mustFitQuota(
  tables: Readonly<Record<StoreName, EntryTable>>,
  { puts, deletes, quota }: Commit,
  now: EpochMs,
): void {
  if (quota === null) return
  const before = tables.storage.usage(now).bytes + tables.persistent_store.usage(now).bytes
  let after = before
  for (const { store, key } of [...puts, ...deletes]) {
    const old = tables[store].get(key, now)
    if (old !== null) after -= entryBytes(key, old.size)
  }
  for (const { key, value, expiresAt } of puts) {
    if (expiresAt === null || expiresAt > now) after += entryBytes(key, value.byteLength)
  }
  if (!fitsQuota(quota, before, after)) throw quotaExceeded(quota, after)
}
