import { runConformance } from '@holdfast/driver-testkit'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { afterAll, describe, expect, test } from 'vitest'

runConformance(
  {
    name: 'memory',
    capabilities: createMemoryDriver().capabilities,
    createStore: ({ clock }) => ({ createDriver: () => createMemoryDriver({ clock }) }),
  },
  { describe, test, expect, afterAll },
)
