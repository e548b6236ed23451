import { contractPromises, type PromiseNumber } from '../contract-promises.ts'
import type { DriverUnderTest } from '../driver-under-test.ts'
import { isRight, ModelCheckFailure, UnknownPath } from '../model/model-check-failure.ts'
import { promisesByAction } from '../model/promises-by-action.ts'
import { formatModelCheck, runModelCheck } from '../model/run-model-check.ts'
import { movableClock, streams, survivesClose, watching } from '../requirements.ts'
import { UnusableReplay } from './run-case.ts'
import type { TestPart } from './test-part.ts'

const efforts = { quick: 500, usual: 2_000, full: 10_000 }

/** Promises that the model says nothing of where a driver has not what they need. */
const conditions = [
  [/^20\./, streams],
  [/^21\./, watching],
  [/^16\./, survivesClose],
  [/^(3\.2|13\.1)$/, movableClock],
] as const

/** The check of `runModelCheck`. */
export const modelPart: TestPart = ({ driver }, settings) => {
  const { effort, commands = efforts[effort], commandTimeoutMs, path } = settings
  return [
    {
      id: 'model.commands',
      title: `${path === undefined ? `${commands} commands` : 'The commands of the path'} are answered, one after the other, as a model of the contract answers them.`,
      promises: inOrder(Object.values(promisesByAction).flat(), driver),
      skipped: null,
      timeoutMs: 120_000 + commands * 100,
      async run({ seed, signal }) {
        const replay = path === undefined ? undefined : { seed, path }
        const options = { commands, commandTimeoutMs, seed, replay, signal }
        try {
          return formatModelCheck(await runModelCheck({ subject: driver, ...options }))
        } catch (error) {
          throw error instanceof UnknownPath ? new UnusableReplay(error.message) : error
        }
      },
      judge(error) {
        if (!(error instanceof ModelCheckFailure)) return { promises: [] }
        const last = error.steps.at(-1)
        const suspects = last === undefined || isRight(last) ? [] : promisesByAction[last.kind]
        return {
          promises: inOrder(suspects, driver),
          isAnyOf: true,
          path: error.replay.path,
        }
      },
    },
  ]
}

/** Promises that a driver has given, each once and in the order of the contract. */
function inOrder(
  promises: readonly PromiseNumber[],
  driver: DriverUnderTest,
): readonly PromiseNumber[] {
  const isGiven = (promise: string): boolean =>
    conditions.every(([promised, need]) => !promised.test(promise) || need.isMetBy(driver))
  return (Object.keys(contractPromises) as PromiseNumber[]).filter(
    (promise) => promises.includes(promise) && isGiven(promise),
  )
}
