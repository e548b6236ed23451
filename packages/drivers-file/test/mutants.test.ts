import {
  conformanceSections,
  type DriverUnderTest,
  mutants,
  runMutants,
  whySkipped,
} from '@holdfast/driver-testkit'
import { describe, test } from 'vitest'
import { fileSubject } from './file-subject.ts'

// What a mutant does wrong with a watch is mostly that nothing comes.
const subject: DriverUnderTest = { ...fileSubject, patienceMs: 500 }

/** A driver with no more than the memory driver has, over which all mutants run. */
const plain: DriverUnderTest = {
  ...subject,
  offers: [],
  capabilities: { ...subject.capabilities, shared: false, durability: 'none' },
}

const elsewhere = new Set(
  conformanceSections
    .flatMap(({ checks }) => checks)
    .flatMap((check) => (whySkipped(check, plain) === null ? check.id : [])),
)

// A store on the disk for each of them takes minutes, so `pnpm soak` alone runs them all.
const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const chosen = mutants.flatMap((mutant) => {
  const [first, ...others] = mutant.caughtBy.filter((id) => isSoak || !elsewhere.has(id))
  return first === undefined ? [] : [{ ...mutant, caughtBy: [first, ...others] as const }]
})

runMutants(subject, { describe, test }, chosen)
