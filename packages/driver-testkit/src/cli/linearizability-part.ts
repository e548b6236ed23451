import type { PromiseNumber } from '../contract-promises.ts'
import { LinearizabilityFailure } from '../linearizability/linearizability-failure.ts'
import { formatRun, runLinearizability } from '../linearizability/run-linearizability.ts'
import { sharedStore } from '../requirements.ts'
import type { Verdict } from './case-result.ts'
import type { TestPart } from './test-part.ts'
import { locationOf, useStore } from './use-store.ts'

const operations = { quick: 500, usual: 2_000, full: 10_000 }
const kills = { quick: 1, usual: 3, full: 10 }

const timeoutMs = 300_000

const oneProcess: readonly PromiseNumber[] = ['5.3', '6.1', '6.2']
const severalProcesses: readonly PromiseNumber[] = [...oneProcess, '16.3']

/** The checks of `runLinearizability`. */
export const linearizabilityPart: TestPart = ({ driver, module, whyNotElsewhere }, { effort }) => [
  {
    id: 'linearizability.one-process',
    title: `${operations[effort]} operations of 8 clients on one driver take effect one by one.`,
    promises: oneProcess,
    skipped: null,
    timeoutMs,
    run: ({ seed, failureFolder }) =>
      useStore(driver, async (store) => {
        const createDriver = (): ReturnType<typeof store.createDriver> => store.createDriver()
        const workload = { seed, operations: operations[effort], failureFolder, timeoutMs }
        return formatRun(await runLinearizability({ ...workload, createDriver }))
      }),
    judge: (error) => judge(error, oneProcess),
  },
  {
    id: 'linearizability.several-processes',
    title: `${operations[effort]} operations of 8 clients in 4 processes, of which ${kills[effort]} are killed, take effect one by one.`,
    promises: severalProcesses,
    skipped: sharedStore.isMetBy(driver) ? whyNotElsewhere : sharedStore.otherwise,
    timeoutMs,
    run: ({ seed, failureFolder }) =>
      useStore(driver, async (store) => {
        const place = { driverModule: module, location: locationOf(store) }
        const workload = { seed, operations: operations[effort], kills: kills[effort] }
        const options = { ...place, ...workload, failureFolder, timeoutMs }
        return formatRun(await runLinearizability(options))
      }),
    judge: (error) => judge(error, severalProcesses),
  },
]

/** A history that cannot be explained breaks the promises; what keeps one from being judged does not. */
function judge(error: unknown, promises: readonly PromiseNumber[]): Verdict {
  const kind = error instanceof LinearizabilityFailure ? error.kind : 'unexpected-errors'
  if (kind === 'violation') return { promises, isAnyOf: true }
  return kind === 'unexpected-errors' ? { promises: [] } : { promises: [], outcome: 'unfinished' }
}
