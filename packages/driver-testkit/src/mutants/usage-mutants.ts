import type { Mutant } from './mutant.ts'

export const usageMutants: readonly Mutant[] = []
