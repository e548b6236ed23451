import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { coalescedFile, coalescedMemory } from './subjects.ts'

const runner = { describe, test, expect, afterAll }
runConformance(coalescedMemory, runner)
runConformance(coalescedFile, runner)
