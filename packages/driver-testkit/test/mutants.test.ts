import { conformanceSections, mutants, runMutants } from '@holdfast/driver-testkit'
import { describe, expect, test } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'
import { mapSubject } from './map-subject.ts'

runMutants(mapSubject, { describe, test }, mutants)

// Checks that wait for time to pass are for drivers that go by no clock but their own.
runMutants(
  {
    ...mapSubject,
    name: 'self-timed map',
    takesClock: false,
    patienceMs: 1_000,
    createStore: () => ({ createDriver: () => createMapDriver() }),
  },
  { describe, test },
  mutants.filter(({ caughtBy }) => caughtBy.includes('expiry.by-itself')),
)

test('no two checks have the same id, and no two mutants the same name', () => {
  const ids = conformanceSections.flatMap((section) => section.checks.map(({ id }) => id))
  expect(ids).toEqual([...new Set(ids)])
  const names = mutants.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

test('every check catches a mutant that was made for it', () => {
  const ids = conformanceSections.flatMap((section) => section.checks.map(({ id }) => id))
  const proved = new Set(mutants.flatMap(({ caughtBy }) => caughtBy))
  expect(ids.filter((id) => !proved.has(id))).toEqual([])
})
