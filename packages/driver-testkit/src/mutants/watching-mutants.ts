import type { Mutant } from './mutant.ts'

export const watchingMutants: readonly Mutant[] = []
