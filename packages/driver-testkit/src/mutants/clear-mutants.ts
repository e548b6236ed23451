import type { Mutant } from './mutant.ts'

export const clearMutants: readonly Mutant[] = []
