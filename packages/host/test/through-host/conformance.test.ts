import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { hostRows } from '../host-rows.ts'
import { relayedSubject } from './relayed-subject.ts'
import { someOf } from './some-of.ts'
import { fileSubject, memorySubject } from './subjects.ts'

const [, first] = hostRows

for (const row of hostRows) {
  for (const subject of [memorySubject, fileSubject]) {
    // Inline, what is between plugin and driver is next to nothing.
    const isWhole = row === first && subject === memorySubject
    const relayed = await relayedSubject(subject, row)
    const runner = { describe, test: isWhole ? test : someOf(relayed.name), expect, afterAll }
    runConformance(relayed, runner)
  }
}
