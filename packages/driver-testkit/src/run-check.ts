import type { ConformanceCheck } from './conformance-check.ts'
import type { DriverUnderTest } from './driver-under-test.ts'
import { createTestBench } from './test-bench.ts'
import type { Expect } from './test-runner.ts'

/** Runs one check on a store of its own, and removes the store. Rejects if the promise is broken. */
export async function runCheck(
  check: ConformanceCheck,
  subject: DriverUnderTest,
  expect: Expect,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  await check.run(await createTestBench(subject, expect, stack))
}
