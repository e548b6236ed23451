import type { Mutant } from './mutant.ts'

export const errorMutants: readonly Mutant[] = []
