import { runConformance } from '@holdfast/driver-testkit'
import { prefixedSubject } from '@holdfast/driver-testkit/examples/prefixed-subject'
import { afterAll, describe, expect, test } from 'vitest'
import { fileSubject } from './file-subject.ts'

runConformance(prefixedSubject(fileSubject), { describe, test, expect, afterAll })
