import type { ConformanceCheck } from './conformance-check.ts'
import type { DriverUnderTest } from './driver-under-test.ts'
import { OpenedStore } from './opened-store.ts'
import { createTestBench } from './test-bench.ts'
import type { Expect } from './test-runner.ts'

/** Runs one check on a store of its own, and removes the store. Rejects if a promise is broken. */
export async function runCheck(
  check: ConformanceCheck,
  subject: DriverUnderTest,
  expect: Expect,
): Promise<void> {
  await using opened = await OpenedStore.open(subject)
  await runCheckOn(opened, check, subject, expect)
}

/** Runs one check on a store that is empty. */
export async function runCheckOn(
  opened: OpenedStore,
  check: ConformanceCheck,
  subject: DriverUnderTest,
  expect: Expect,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  await check.run(createTestBench(opened, subject, expect, stack))
}
