import type { Mutant } from './mutant.ts'

export const streamTrafficMutants: readonly Mutant[] = []
