import { type Entry, limits, type Scope, type StorageDriver } from '@holdfast/core'
import { listWhole } from './override-driver.ts'

/** Visits the entries of all scopes, but for those whose values are read as streams alone. */
export async function forEachEntry(
  driver: StorageDriver,
  visit: (scope: Scope, entry: Entry) => Promise<void>,
): Promise<void> {
  const everything = { workspace: null, plugin: null, cursor: null, limit: limits.maxListLimit }
  for (const { scope } of (await driver.scopes(everything)).scopes) {
    for (const { value, ...metadata } of await listWhole(driver, scope)) {
      if (value !== null) await visit(scope, { ...metadata, value })
    }
  }
}

/** Writes an entry anew. */
export async function rewrite(driver: StorageDriver, scope: Scope, entry: Entry): Promise<void> {
  const puts = [{ ...entry, store: scope.store }]
  await driver.commit(scope, { checks: [], puts, deletes: [], quota: null })
}
