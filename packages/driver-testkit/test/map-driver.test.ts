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
