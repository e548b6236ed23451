import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect } from 'vitest'
import { hostRows } from '../host-rows.ts'
import { relayedSubject } from './relayed-subject.ts'
import { someOf } from './some-of.ts'
import { fileSubject, memorySubject } from './subjects.ts'

const [, first] = hostRows

for (const row of hostRows) {
  for (const subject of [memorySubject, fileSubject]) {
    const oneIn = row === first && subject === memorySubject ? 3 : 20
    const relayed = await relayedSubject(subject, row)
    const runner = { describe, test: someOf(relayed.name, oneIn), expect, afterAll }
    runConformance(relayed, runner)
  }
}
