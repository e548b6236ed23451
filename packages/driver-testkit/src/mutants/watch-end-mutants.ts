import type { Mutant } from './mutant.ts'

export const watchEndMutants: readonly Mutant[] = []
