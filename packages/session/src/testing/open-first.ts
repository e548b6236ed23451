import type { StorageDriver } from '@holdfast/core'
import type { PluginStorage } from '../invocation/plugin-storage.ts'

/** Opens the driver when it is first needed, so that a test has nothing to open. */
export function openFirst(driver: StorageDriver, storage: PluginStorage): PluginStorage {
  return {
    async get(...call) {
      await driver.open()
      return await storage.get(...call)
    },
    async commit({ checks, puts, deletes }, options) {
      // Copied before the first await, as the storage itself would.
      const copies = puts.map((put) => ({ ...put, value: new Uint8Array(put.value) }))
      await driver.open()
      await storage.commit({ checks, puts: copies, deletes }, options)
    },
    async list(...call) {
      await driver.open()
      return await storage.list(...call)
    },
    async readStream(...call) {
      await driver.open()
      return await storage.readStream(...call)
    },
    async writeStream(...call) {
      await driver.open()
      await storage.writeStream(...call)
    },
    async *watch(...call) {
      await driver.open()
      yield* storage.watch(...call)
    },
    inTurn: (...call) => storage.inTurn(...call),
  }
}
