// The program of a process that runs cases; supervise-cases.ts starts it and hears what it tells.
import { join } from 'node:path'
import { isHoldfastError } from '@holdfast/core'
import { endWithParent, readPlan, tellParent } from '../parent-process.ts'
import { importFromHere } from './import-from-here.ts'
import { toTestSubject } from './load-test-subject.ts'
import { parts } from './parts.ts'
import { runCase, UnusableReplay } from './run-case.ts'
import type { RunnerMessage, RunnerPlan } from './runner-message.ts'
import { selectCases } from './select-cases.ts'
import type { TestCase, TestSubject } from './test-part.ts'

endWithParent()
await main(readPlan() as RunnerPlan)
// What a driver has left behind, such as a timer, does not keep the process.
process.exit()

async function main(plan: RunnerPlan): Promise<void> {
  const { subject, cases } = await load(plan)
  const { name: driver, capabilities } = subject.driver
  const summaries = cases.map((testCase) => {
    const { id, title, promises, skipped, timeoutMs } = testCase
    return { id, title, promises, skipped, timeoutMs, isBroad: testCase.judge !== undefined }
  })
  tell({ kind: 'loaded', driver, capabilities, cases: summaries })
  for (const testCase of cases) {
    tell({ kind: 'begun', id: testCase.id })
    const failureFolder = join(plan.failureFolder, testCase.id)
    tell({ kind: 'ended', result: await run(testCase, { seed: plan.seed, failureFolder }) })
  }
}

interface Loaded {
  readonly subject: TestSubject
  readonly cases: readonly TestCase[]
}

async function load(plan: RunnerPlan): Promise<Loaded> {
  try {
    tell({ kind: 'importing' })
    const imported = await importFromHere(plan.module)
    tell({ kind: 'imported' })
    const subject = await toTestSubject(plan.module, imported)
    const all = parts.flatMap((part) => part(subject, plan))
    const cases = selectCases(all, plan).filter(({ id }) => !plan.done.includes(id))
    return { subject, cases }
  } catch (error) {
    if (!isHoldfastError(error, 'USAGE')) throw error
    tell({ kind: 'unusable', message: error.message })
    return process.exit()
  }
}

async function run(...args: Parameters<typeof runCase>): ReturnType<typeof runCase> {
  try {
    return await runCase(...args)
  } catch (error) {
    if (!(error instanceof UnusableReplay)) throw error
    tell({ kind: 'unusable', message: error.message })
    return process.exit()
  }
}

function tell(message: RunnerMessage): void {
  tellParent(message)
}
