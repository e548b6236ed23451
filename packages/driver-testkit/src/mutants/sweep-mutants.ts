import type { Mutant } from './mutant.ts'

export const sweepMutants: readonly Mutant[] = []
