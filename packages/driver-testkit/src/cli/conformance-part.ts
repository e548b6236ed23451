import assert from 'node:assert/strict'
import { whySkipped } from '../conformance-check.ts'
import { conformanceSections } from '../conformance-sections.ts'
import { runCheck } from '../run-check.ts'
import type { Expect } from '../test-runner.ts'
import type { TestPart } from './test-part.ts'

const expect: Expect = (actual) => ({
  toBe: (expected) => assert.equal(actual, expected),
  toEqual: (expected) => assert.deepEqual(actual, expected),
})

/** The checks of `runConformance`, without a test runner. */
export const conformancePart: TestPart = ({ driver }, { checkTimeoutMs = 30_000 }) =>
  conformanceSections
    .flatMap((section) => section.checks)
    .map((check) => ({
      id: check.id,
      title: check.title,
      promises: check.promises,
      skipped: whySkipped(check, driver),
      timeoutMs: checkTimeoutMs,
      run: () => runCheck(check, driver, expect),
    }))
