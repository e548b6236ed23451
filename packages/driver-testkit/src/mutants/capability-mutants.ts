import type { Mutant } from './mutant.ts'

export const capabilityMutants: readonly Mutant[] = []
