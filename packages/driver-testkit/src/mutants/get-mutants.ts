import type { Mutant } from './mutant.ts'

export const getMutants: readonly Mutant[] = []
