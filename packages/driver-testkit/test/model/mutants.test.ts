import {
  type Mutant,
  ModelCheckFailure,
  mutants,
  runModelCheck,
  wrapSubject,
} from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { mapSubject } from '../map-subject.ts'

/** Sections that are about what one call after the other answers. */
const sequential =
  /^(keys|values|entries|scopes|get|commit|compare-and-set|usage|quota|list|paging|clear|expiry|sweep)\./

/** What commands one after the other cannot show, by the checks that do. */
const outOfReach: readonly (readonly [checks: RegExp, reason: string])[] = [
  [/(most|many|heavy|large|each-check|heeds|clear\.all)/, 'it is about hundreds of keys or MiBs'],
  [
    /(limit-bounds|too-many|other-prefix|invalid-cursor)/,
    'it is about what a caller must not give',
  ],
  [
    /(to-readers|unseen|at-once|side-by-side|goes-on|winner|count|skew|among)/,
    'it is about calls at once',
  ],
  [/(reopened|shared)/, 'the Map is neither reopened nor shared'],
  [/(outage)/, 'the store has to fail for it'],
]

async function isCaught({ name, wrap }: Mutant): Promise<boolean> {
  const subject = wrapSubject(mapSubject, name, wrap)
  try {
    await runModelCheck({ subject, commands: 3_000, shrink: false })
    return false
  } catch (error) {
    if (error instanceof ModelCheckFailure) return true
    throw error
  }
}

test('most mutants of the checks of single calls answer otherwise than the model', async ({
  annotate,
}) => {
  const reachable = mutants.filter(
    ({ caughtBy }) =>
      caughtBy.some((id) => sequential.test(id)) &&
      !outOfReach.some(([checks]) => caughtBy.some((id) => checks.test(id))),
  )
  const missed: string[] = []
  for (const mutant of reachable) if (!(await isCaught(mutant))) missed.push(mutant.name)
  await annotate(
    `${reachable.length - missed.length} of ${reachable.length}; not ${missed.join('; ')}`,
  )
  expect(reachable.length).toBeGreaterThan(100)
  // Chance decides about some; one of ten may have luck.
  expect(missed.slice(Math.floor(reachable.length / 10))).toEqual([])
}, 300_000)
