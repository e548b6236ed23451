import { contractPromises, type PromiseNumber } from '../contract-promises.ts'
import { isRight, ModelCheckFailure } from '../model/model-check-failure.ts'
import { promisesByAction } from '../model/promises-by-action.ts'
import { formatModelCheck, runModelCheck } from '../model/run-model-check.ts'
import type { TestPart } from './test-part.ts'

const efforts = { quick: 500, usual: 2_000, full: 10_000 }

const all = new Set(Object.values(promisesByAction).flat())
const promises = Object.keys(contractPromises).filter((promise): promise is PromiseNumber =>
  all.has(promise as PromiseNumber),
)

/** The check of `runModelCheck`. */
export const modelPart: TestPart = ({ driver }, { effort, commands = efforts[effort] }) => [
  {
    id: 'model.commands',
    title: `${commands} commands are answered, one after the other, as a model of the contract answers them.`,
    promises,
    skipped: null,
    timeoutMs: 120_000 + commands * 100,
    run: async ({ seed, signal }) =>
      formatModelCheck(await runModelCheck({ subject: driver, commands, seed, signal })),
    blame(error) {
      const last = error instanceof ModelCheckFailure ? error.steps.at(-1) : undefined
      return last === undefined || isRight(last) ? [] : promisesByAction[last.kind]
    },
  },
]
