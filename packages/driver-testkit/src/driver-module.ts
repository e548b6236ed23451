import type { StorageDriver } from '@holdfast/core'

/** What a driver is made by in a process of its own. */
export interface DriverModule {
  /** Makes a driver, not yet opened, on the store at a location, which means what the driver likes. */
  readonly createDriver: (location: string) => StorageDriver | Promise<StorageDriver>
}
