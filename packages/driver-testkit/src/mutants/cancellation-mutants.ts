import type { Mutant } from './mutant.ts'

export const cancellationMutants: readonly Mutant[] = []
