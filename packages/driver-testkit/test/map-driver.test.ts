import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { createDriver, createMapDriver } from '../examples/map-driver.ts'

runConformance(
  {
    name: 'map',
    capabilities: createMapDriver().capabilities,
    createStore: ({ clock }) => ({ createDriver: () => createMapDriver({ clock }) }),
  },
  { describe, test, expect, afterAll },
)

// As the runner makes it, and as a driver is that goes by the time of its store: without a clock.
runConformance(
  {
    name: 'self-timed map',
    capabilities: createMapDriver().capabilities,
    takesClock: false,
    createStore: () => ({ createDriver: () => createDriver('anywhere') }),
  },
  { describe, test, expect, afterAll },
)
