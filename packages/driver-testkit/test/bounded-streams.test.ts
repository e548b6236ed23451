import { type Clock, limits, manageDriver, type StorageDriver } from '@holdfast/core'
import {
  conformanceSections,
  type DriverUnderTest,
  mutants,
  runMutants,
} from '@holdfast/driver-testkit'
import { describe, expect, test } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'
import { joined } from '../src/bodies.ts'
import { uploadAsCommit } from '../src/mutants/change-streams.ts'
import { overrideDriver } from '../src/mutants/override-driver.ts'
import { runCheck } from '../src/run-check.ts'

const id = 'streams.too-large'

/** A driver whose streams are bounded so low that a check can go beyond. */
function createBoundedDriver(clock: Clock): StorageDriver {
  const driver = createMapDriver({ clock })
  return manageDriver(
    overrideDriver(driver, {
      capabilities: { ...driver.capabilities, maxStreamBytes: limits.maxValueBytes },
      writeStream: async (scope, put) => uploadAsCommit(driver, scope, put, await joined(put.body)),
    }),
  )
}

const bounded: DriverUnderTest = {
  name: 'bounded',
  capabilities: createBoundedDriver(Date.now).capabilities,
  createStore: ({ clock }) => ({ createDriver: () => createBoundedDriver(clock) }),
}

test('a driver that refuses streams of more than maxStreamBytes passes the check of that', async () => {
  const check = conformanceSections.flatMap(({ checks }) => checks).find((each) => each.id === id)
  if (check === undefined) throw new Error(`There is no check ${id}.`)
  await expect(runCheck(check, bounded, expect)).resolves.toBeUndefined()
})

const tooLarge = mutants.flatMap((mutant) =>
  mutant.caughtBy.includes(id) ? [{ ...mutant, caughtBy: [id] as const }] : [],
)
runMutants(bounded, { describe, test }, tooLarge)
