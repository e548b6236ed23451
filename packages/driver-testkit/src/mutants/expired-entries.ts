import {
  type Clock,
  entryBytes,
  type EpochMs,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import { entryId } from './entry-id.ts'
import { overrideDriver } from './override-driver.ts'

/** An entry that has expired, as it was written. */
export interface ExpiredEntry {
  readonly scope: Scope
  readonly key: StorageKey
  readonly bytes: number
  readonly version: Version
  readonly expiresAt: EpochMs
}

/**
 * A driver that knows what has expired and was not written again, as one does that keeps it until
 * the next sweep.
 *
 * @param overrides - what it does otherwise than the driver, by what has expired in a plugin, or, for
 * `null`, in all; commits go through the driver that they are given
 */
export function rememberExpired(
  driver: StorageDriver,
  clock: Clock,
  overrides: (
    expiredIn: (target: PluginScope | null) => readonly ExpiredEntry[],
    driver: StorageDriver,
  ) => Partial<StorageDriver>,
): StorageDriver {
  const expiring = new Map<string, ExpiredEntry>()
  const remembering = overrideDriver(driver, {
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      for (const { store, key } of commit.deletes)
        expiring.delete(entryId({ ...target, store }, key))
      for (const { store, key, value, version, expiresAt } of commit.puts) {
        const { workspace, plugin } = target
        const scope = { workspace, plugin, store }
        const bytes = entryBytes(key, value.byteLength)
        if (expiresAt === null) expiring.delete(entryId(scope, key))
        else expiring.set(entryId(scope, key), { scope, key, bytes, version, expiresAt })
      }
    },
  })
  const expiredIn = (target: PluginScope | null): readonly ExpiredEntry[] =>
    [...expiring.values()].filter(
      ({ scope, expiresAt }) =>
        expiresAt <= clock() &&
        (target === null ||
          (scope.workspace === target.workspace && scope.plugin === target.plugin)),
    )
  return overrideDriver(remembering, overrides(expiredIn, remembering))
}

/** What some entries counted for, in bytes. */
export function bytesOf(expired: readonly ExpiredEntry[]): number {
  return expired.reduce((sum, { bytes }) => sum + bytes, 0)
}
