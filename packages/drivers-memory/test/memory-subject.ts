import type { DriverUnderTest } from '@holdfast/driver-testkit'
import { createMemoryDriver } from '@holdfast/drivers-memory'

/** The memory driver as the kit meets it. */
export const memorySubject: DriverUnderTest = {
  name: 'memory',
  capabilities: createMemoryDriver().capabilities,
  createStore: ({ clock }) => ({ createDriver: () => createMemoryDriver({ clock }) }),
}
