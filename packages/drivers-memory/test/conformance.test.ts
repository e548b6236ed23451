import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySubject } from './memory-subject.ts'

runConformance(memorySubject, { describe, test, expect, afterAll })
