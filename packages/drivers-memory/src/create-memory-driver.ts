import { type Clock, manageDriver, type StorageDriver } from '@holdfast/core'
import { MemoryDriver } from './memory-driver.ts'

/** Settings of {@link createMemoryDriver}. */
export interface MemoryDriverOptions {
  /** Where the driver takes the time from, for expiry and for the times of entries; `Date.now` if left out. */
  readonly clock?: Clock | undefined
}

/**
 * Makes a driver that keeps everything in the memory of this process, for tests and for trying
 * things out. It is the reference: where another driver behaves otherwise, that one is wrong.
 *
 * Each driver is a store of its own, which ends with `close`. Values are copied on their way in and
 * out; a commit is one synchronous step, so no call ever sees half of another.
 *
 * @example
 * ```ts
 * await using driver = createMemoryDriver()
 * await driver.open()
 * ```
 */
export function createMemoryDriver(options: MemoryDriverOptions = {}): StorageDriver {
  return manageDriver(new MemoryDriver(options.clock ?? Date.now))
}
