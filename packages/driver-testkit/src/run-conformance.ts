import { type ConformanceCheck, whySkipped } from './conformance-check.ts'
import { conformanceSections } from './conformance-sections.ts'
import { ConformanceTally } from './conformance-tally.ts'
import type { DriverUnderTest } from './driver-under-test.ts'
import { runCheck, runCheckOn } from './run-check.ts'
import { StorePool } from './store-pool.ts'
import type { TestRunner } from './test-runner.ts'

/**
 * Declares a test for each check, section by section, with the numbers of the promises of
 * docs/storage-contract.md that it is about in its title. A check that does not concern the driver
 * is declared as skipped, with the reason in its title. Tests may run in any order and at once.
 *
 * With `afterAll`, checks use a store one after the other, emptied in between; without, each has one
 * of its own.
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
  const { describe, expect, afterAll } = runner
  const titles = conformanceSections.map(({ title }) => title)
  const tally = new ConformanceTally(subject.name, titles)
  const pool = new StorePool(subject)
  const run = (check: ConformanceCheck): Promise<void> =>
    afterAll === undefined
      ? runCheck(check, subject, expect)
      : pool.use((opened) => runCheckOn(opened, check, subject, expect))

  describe(`the ${subject.name} driver keeps the storage contract`, () => {
    for (const section of conformanceSections) {
      describe(section.title, () => {
        for (const check of section.checks) declareCheck(check, section.title)
      })
    }
    afterAll?.(async () => {
      await pool[Symbol.asyncDispose]()
      // The counts are for whoever reads the output of the tests.
      // oxlint-disable-next-line no-console
      console.log(tally.format())
    })
  })

  function declareCheck(check: ConformanceCheck, section: string): void {
    const title = `${check.id}: ${check.title} [${check.promises.join(', ')}]`
    const body = (): Promise<void> => tally.count(section, () => run(check))
    const reason = whySkipped(check, subject)
    if (reason === null) {
      runner.test(title, body)
    } else {
      tally.skip(section, check.id, reason)
      runner.test.skip(`${title} (skipped: ${reason})`, body)
    }
  }
}
