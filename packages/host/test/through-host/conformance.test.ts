import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { hostRows } from '../host-rows.ts'
import { relayedSubject } from './relayed-subject.ts'
import { fileSubject, memorySubject } from './subjects.ts'

for (const row of hostRows) {
  for (const subject of [memorySubject, fileSubject]) {
    runConformance(await relayedSubject(subject, row), { describe, test, expect, afterAll })
  }
}
