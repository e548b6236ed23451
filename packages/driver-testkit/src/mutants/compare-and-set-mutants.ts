import type { Mutant } from './mutant.ts'

export const compareAndSetMutants: readonly Mutant[] = []
