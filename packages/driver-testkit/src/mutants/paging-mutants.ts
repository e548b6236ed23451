import type { Mutant } from './mutant.ts'

export const pagingMutants: readonly Mutant[] = []
