import assert, { AssertionError } from 'node:assert/strict'
import {
  conformanceSections,
  type DriverUnderTest,
  type Expect,
  type Mutant,
  mutants,
  runCheck,
} from '@holdfast/driver-testkit'
import { describe, expect, test } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'

// Not vitest's, so that a broken promise is told apart from a mutant that fell over.
const assertThat: Expect = (actual) => ({
  toBe: (expected) => assert.equal(actual, expected),
  toEqual: (expected) => assert.deepEqual(actual, expected),
})

const checks = new Map(
  conformanceSections.flatMap((section) => section.checks.map((check) => [check.id, check])),
)

describe('a driver that', () => {
  test.for(mutants.map((mutant) => [mutant.name, mutant.caughtBy, mutant] as const))(
    '%s is caught by %s',
    async ([, caughtBy, mutant]) => {
      const check = checks.get(caughtBy)
      assert(check !== undefined)
      const verdict = runCheck(check, mutated(mutant), assertThat)
      await expect(verdict).rejects.toBeInstanceOf(AssertionError)
    },
  )
})

test('no two checks have the same id, and no two mutants the same name', () => {
  const ids = conformanceSections.flatMap((section) => section.checks.map(({ id }) => id))
  expect(ids).toEqual([...new Set(ids)])
  const names = mutants.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

function mutated(mutant: Mutant): DriverUnderTest {
  return {
    name: mutant.name,
    capabilities: createMapDriver().capabilities,
    createStore: ({ clock }) => ({
      createDriver: () => mutant.wrap(createMapDriver({ clock }), clock),
    }),
  }
}
