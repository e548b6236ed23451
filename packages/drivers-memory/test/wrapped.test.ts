import { runConformance, wrapSubject } from '@holdfast/driver-testkit'
import { passThrough } from '@holdfast/driver-testkit/examples/pass-through-layer'
import { prefixedSubject } from '@holdfast/driver-testkit/examples/prefixed-subject'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySubject } from './memory-subject.ts'

const runner = { describe, test, expect, afterAll }
runConformance(wrapSubject(memorySubject, 'passed through memory', passThrough), runner)
runConformance(prefixedSubject(memorySubject), runner)
