import type { Mutant } from './mutant.ts'

export const durabilityMutants: readonly Mutant[] = []
