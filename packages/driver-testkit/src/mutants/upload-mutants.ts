import type { Mutant } from './mutant.ts'

export const uploadMutants: readonly Mutant[] = []
