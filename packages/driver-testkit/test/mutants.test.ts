import {
  conformanceSections,
  type DriverUnderTest,
  type Mutant,
  mutants,
  runMutants,
} from '@holdfast/driver-testkit'
import { describe, expect, test } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'
import { mapSubject } from './map-subject.ts'

runMutants(mapSubject, { describe, test }, mutants)

/** A driver that goes by no clock but its own, for checks that wait for time to pass. */
const selfTimed: DriverUnderTest = {
  ...mapSubject,
  name: 'self-timed map',
  takesClock: false,
  patienceMs: 1_000,
  createStore: () => ({ createDriver: () => createMapDriver() }),
}
const selfTimedMutants = mutants.filter(({ caughtBy }) => caughtBy.includes('expiry.by-itself'))

runMutants(selfTimed, { describe, test }, selfTimedMutants)

test('a mutant with which a check only loses patience, as with the driver, is not caught', async () => {
  // The check waits for 75 ms at least.
  const hasty = { ...selfTimed, patienceMs: 10 }
  const right: Mutant = {
    name: 'is right',
    caughtBy: ['expiry.by-itself'],
    wrap: (driver) => driver,
  }
  const ends = [right, ...selfTimedMutants].map((mutant) => runAsTest(hasty, mutant))
  const [innocent, ...guilty] = await Promise.allSettled(ends)
  const reason = new Error('expiry.by-itself passes a driver that is right')
  expect(innocent).toEqual({ status: 'rejected', reason })
  for (const end of guilty) expect(end.status).toBe('fulfilled')
})

/** Runs what `runMutants` declares for a mutant with one check. */
async function runAsTest(subject: DriverUnderTest, mutant: Mutant): Promise<void> {
  const bodies: (() => Promise<void>)[] = []
  const declare = (_title: string, body: () => Promise<void>): unknown => bodies.push(body)
  const declareTest = Object.assign(declare, { skip: () => undefined })
  runMutants(subject, { describe: (_title, body) => body(), test: declareTest }, [mutant])
  for (const body of bodies) await body()
}

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
