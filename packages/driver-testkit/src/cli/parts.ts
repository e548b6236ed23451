import { conformancePart } from './conformance-part.ts'
import { crashPart } from './crash-part.ts'
import { linearizabilityPart } from './linearizability-part.ts'
import { modelPart } from './model-part.ts'
import type { TestPart } from './test-part.ts'

/** All that the command does, in this order. */
export const parts: readonly TestPart[] = [
  conformancePart,
  modelPart,
  linearizabilityPart,
  crashPart,
]
