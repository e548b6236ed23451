import type { Mutant } from './mutant.ts'

export const streamValueMutants: readonly Mutant[] = []
