import { type ConformanceSection, whySkipped } from './conformance-check.ts'
import { conformanceSections } from './conformance-sections.ts'
import { ConformanceTally } from './conformance-tally.ts'
import type { DriverUnderTest } from './driver-under-test.ts'
import { runCheck } from './run-check.ts'
import type { TestRunner } from './test-runner.ts'

/**
 * Declares a test for each check, section by section, with the numbers of the promises of
 * docs/storage-contract.md that it is about in its title. A check that does not concern the driver
 * is declared as skipped, with the reason in its title. Every check
 * has a store of its own, so tests may run in any order.
 *
 * @example
 * ```ts
 * import { runConformance } from '@holdfast/driver-testkit'
 * import { afterAll, describe, expect, test } from 'vitest'
 *
 * runConformance(
 *   {
 *     name: 'memory',
 *     capabilities: createMemoryDriver().capabilities,
 *     createStore: ({ clock }) => ({ createDriver: () => createMemoryDriver({ clock }) }),
 *   },
 *   { describe, test, expect, afterAll },
 * )
 * ```
 */
export function runConformance(subject: DriverUnderTest, runner: TestRunner): void {
  const tally = new ConformanceTally(
    subject.name,
    conformanceSections.map(({ title }) => title),
  )
  runner.describe(`the ${subject.name} driver keeps the storage contract`, () => {
    for (const section of conformanceSections) declareSection(section, subject, runner, tally)
    // The counts are for whoever reads the output of the tests.
    // oxlint-disable-next-line no-console
    runner.afterAll?.(() => console.log(tally.format()))
  })
}

function declareSection(
  section: ConformanceSection,
  subject: DriverUnderTest,
  { describe, test, expect }: TestRunner,
  tally: ConformanceTally,
): void {
  describe(section.title, () => {
    for (const check of section.checks) {
      const title = `${check.id}: ${check.title} [${check.promises.join(', ')}]`
      const run = (): Promise<void> =>
        tally.count(section.title, () => runCheck(check, subject, expect))
      const reason = whySkipped(check, subject)
      if (reason === null) {
        test(title, run)
      } else {
        tally.skip(section.title, check.id, reason)
        test.skip(`${title} (skipped: ${reason})`, run)
      }
    }
  })
}
