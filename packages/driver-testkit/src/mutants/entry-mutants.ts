import type { Mutant } from './mutant.ts'

export const entryMutants: readonly Mutant[] = []
