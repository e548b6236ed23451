import { type ConformanceCheck, whySkipped } from '../conformance-check.ts'
import { conformanceSections } from '../conformance-sections.ts'
import type { DriverUnderTest } from '../driver-under-test.ts'
import { runCheck } from '../run-check.ts'
import { defaultPatienceMs } from '../test-bench.ts'
import type { TestRunner } from '../test-runner.ts'
import { wrapSubject } from '../wrap-subject.ts'
import { BrokenPromise, expectPromise } from './broken-promise.ts'
import type { Mutant } from './mutant.ts'

/**
 * Declares a test for each mutant and each check that is meant to catch it: the mutant, made of the
 * subject's drivers, must break the promise before the check's eyes. A mutant that is not caught
 * fails its test, and so does one that makes the check fall over. Where a check does not concern the
 * subject, the test is declared as skipped.
 *
 * The subject has to keep the contract, which `runConformance` shows. A check that may have lost
 * patience with a mutant because the machine is busy is run on the subject as it is, too; if it does
 * not pass, both are run again with more patience.
 *
 * @throws Error on a mutant that names a check that there is not.
 */
export function runMutants(
  subject: DriverUnderTest,
  runner: Pick<TestRunner, 'describe' | 'test'>,
  mutants: readonly Mutant[],
): void {
  runner.describe(`a ${subject.name} driver that`, () => {
    for (const mutant of mutants) {
      for (const id of mutant.caughtBy) declare(mutant, findCheck(id))
    }
  })

  function declare(mutant: Mutant, check: ConformanceCheck): void {
    const title = `${mutant.name} is caught by ${check.id}`
    const reason = whySkipped(check, subject)
    const body = (): Promise<void> => expectCaught(mutant, check, subject)
    if (reason === null) runner.test(title, body)
    else runner.test.skip(`${title} (skipped: ${reason})`, body)
  }
}

async function expectCaught(
  mutant: Mutant,
  check: ConformanceCheck,
  subject: DriverUnderTest,
): Promise<void> {
  const run = { ms: 0 }
  const timed: ConformanceCheck = {
    ...check,
    async run(bench) {
      const start = performance.now()
      await check.run(bench).finally(() => {
        run.ms = performance.now() - start
      })
    },
  }
  if (await passes(timed, wrapSubject(subject, mutant.name, mutant.wrap))) {
    throw new Error(`${check.id} passes a driver that ${mutant.name}`)
  }
  const { patienceMs = defaultPatienceMs } = subject
  // A timer may fire up to a millisecond early.
  const mayHaveLostPatience = run.ms >= patienceMs - 1
  if (!mayHaveLostPatience || (await passes(check, subject))) return
  if (patienceMs >= defaultPatienceMs) {
    throw new Error(`${check.id} fails the ${subject.name} driver itself.`)
  }
  await expectCaught(mutant, check, { ...subject, patienceMs: patienceMs * 4 })
}

/** Whether a check finds nothing wrong. Rejects where it falls over. */
async function passes(check: ConformanceCheck, subject: DriverUnderTest): Promise<boolean> {
  try {
    await runCheck(check, subject, expectPromise)
    return true
  } catch (error) {
    if (error instanceof BrokenPromise) return false
    throw error
  }
}

function findCheck(id: string): ConformanceCheck {
  const checks = conformanceSections.flatMap((section) => section.checks)
  const check = checks.find((candidate) => candidate.id === id)
  if (check === undefined) throw new Error(`There is no check with the id ${id}.`)
  return check
}
