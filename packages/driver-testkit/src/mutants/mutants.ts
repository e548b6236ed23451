import { commitMutants } from './commit-mutants.ts'
import { keyMutants } from './key-mutants.ts'
import { listMutants } from './list-mutants.ts'
import type { Mutant } from './mutant.ts'
import { valueMutants } from './value-mutants.ts'

/** All mutants; each is caught by the check that it names, on any driver that keeps the contract. */
export const mutants: readonly Mutant[] = [
  ...keyMutants,
  ...valueMutants,
  ...commitMutants,
  ...listMutants,
]
