import { conformanceSections, mutants, runMutants } from '@holdfast/driver-testkit'
import { describe, expect, test } from 'vitest'
import { mapSubject } from './map-subject.ts'

runMutants(mapSubject, { describe, test }, mutants)

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
