import type { Mutant } from './mutant.ts'

export const downloadMutants: readonly Mutant[] = []
