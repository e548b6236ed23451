import type { PluginScope, Quota, StorageDriver } from '@holdfast/core'
import type { PluginStorage } from '../invocation/plugin-storage.ts'
import { UpdateTurns } from './update-turns.ts'

/**
 * The turns of updates belong to the driver, whose keys they are about, but no driver shall have to
 * know of them. Invocations bind the driver anew each and share them through this.
 */
const turnsOfDrivers = new WeakMap<StorageDriver, UpdateTurns>()

/** Makes the storage of one plugin in one workspace from a driver in this process. */
export function bindDriver(
  driver: StorageDriver,
  scope: PluginScope,
  quota: Quota | null,
): PluginStorage {
  const { workspace, plugin } = scope
  const turns = turnsOf(driver)
  return {
    get: (store, keys, options) => driver.get({ workspace, plugin, store }, keys, options),
    commit: ({ checks, puts, deletes }, options) =>
      driver.commit({ workspace, plugin }, { checks, puts, deletes, quota }, options),
    list: (store, query, options) => driver.list({ workspace, plugin, store }, query, options),
    readStream: (store, key, range, options) =>
      driver.readStream({ workspace, plugin, store }, key, range, options),
    writeStream: (store, put, options) =>
      driver.writeStream({ workspace, plugin, store }, { ...put, quota }, options),
    watch: (store, keys, options) => driver.watch({ workspace, plugin, store }, keys, options),
    inTurn: (store, key, update, options) =>
      turns.run(JSON.stringify([workspace, plugin, store, key]), update, options?.signal),
  }
}

function turnsOf(driver: StorageDriver): UpdateTurns {
  const existing = turnsOfDrivers.get(driver)
  if (existing !== undefined) return existing
  const turns = new UpdateTurns()
  turnsOfDrivers.set(driver, turns)
  return turns
}
