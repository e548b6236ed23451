import type { DriverUnderTest } from '@holdfast/driver-testkit'
import { createMapDriver } from '../examples/map-driver.ts'

/** A driver that neither streams nor watches nor shares. */
export const mapSubject: DriverUnderTest = {
  name: 'map',
  capabilities: createMapDriver().capabilities,
  createStore: ({ clock }) => ({ createDriver: () => createMapDriver({ clock }) }),
}
