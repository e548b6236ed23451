import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { fileSubject } from './file-subject.ts'

runConformance(fileSubject, { describe, test, expect, afterAll })
