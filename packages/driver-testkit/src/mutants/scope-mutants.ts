import type { Mutant } from './mutant.ts'

export const scopeMutants: readonly Mutant[] = []
