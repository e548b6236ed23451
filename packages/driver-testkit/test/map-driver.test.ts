import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'

runConformance(
  {
    name: 'map',
    capabilities: createMapDriver().capabilities,
    createStore: ({ clock }) => ({ createDriver: () => createMapDriver({ clock }) }),
  },
  { describe, test, expect, afterAll },
)

// The clock that it is given is left unused, as by a driver over a store with a time of its own.
runConformance(
  {
    name: 'self-timed map',
    capabilities: createMapDriver().capabilities,
    takesClock: false,
    createStore: () => ({ createDriver: () => createMapDriver() }),
  },
  { describe, test, expect, afterAll },
)
