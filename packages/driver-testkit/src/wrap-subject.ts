import type { Clock, StorageDriver } from '@holdfast/core'
import type { DriverUnderTest, StoreUnderTest } from './driver-under-test.ts'

/**
 * The same subject with a layer around each of its drivers. Wrappers are drivers too, and have the
 * same promises to keep.
 *
 * @param wrap - makes a driver of one that is not yet opened, and of the clock that it goes by
 *
 * @example
 * ```ts
 * runConformance(wrapSubject(memory, 'cached memory', (driver) => withCache(driver)), runner)
 * ```
 */
export function wrapSubject(
  subject: DriverUnderTest,
  name: string,
  wrap: (driver: StorageDriver, clock: Clock) => StorageDriver,
): DriverUnderTest {
  return {
    ...subject,
    name,
    async createStore(setting) {
      const store = await subject.createStore(setting)
      const wrapped: StoreUnderTest = {
        createDriver: async () => wrap(await store.createDriver(), setting.clock),
        dispose: () => store.dispose?.(),
      }
      if (store.breakDown !== undefined) wrapped.breakDown = store.breakDown.bind(store)
      if (store.holdUp !== undefined) wrapped.holdUp = store.holdUp.bind(store)
      if (store.countLeftovers !== undefined) {
        wrapped.countLeftovers = store.countLeftovers.bind(store)
      }
      return wrapped
    },
  }
}
