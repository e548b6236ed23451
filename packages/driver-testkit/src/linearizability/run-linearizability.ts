import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MisuseError } from '@holdfast/core'
import { checkHistory } from './check-history.ts'
import type { CheckOptions } from './check-linearizability.ts'
import { HistoryBuilder } from './history-builder.ts'
import { type FailureKind, LinearizabilityFailure } from './linearizability-failure.ts'
import type { LinearizabilityOptions } from './linearizability-options.ts'
import { countOutcomes, type OutcomeCounts, whyNotWorking } from './outcome-counts.ts'
import type { RecordedOperation } from './recorded-operation.ts'
import { runInProcess } from './run-in-process.ts'
import { runInProcesses } from './run-in-processes.ts'
import { saveHistory } from './saved-history.ts'

/** Figures of a run that found nothing wrong. */
export interface LinearizabilityRun {
  readonly seed: number
  readonly outcomes: OutcomeCounts
  readonly keys: number
  readonly kills: number
  readonly workMs: number
  readonly checkMs: number
  /** How often the check tried an operation, over all keys. */
  readonly checkSteps: number
}

/**
 * Has clients work on a store at the same time and checks that it is linearizable: that each
 * operation takes effect at one moment between its call and its return, for every client in the
 * same order. These are promises 5.3, 6.1 and 6.2 of docs/storage-contract.md.
 *
 * The clients append to lists by read-modify-write, and write versions in place of versions, by
 * `commit` and `writeStream`; they read by `get`, `list`, `readStream` and `watch`, where the driver
 * supports that; some writes are aborted on their way. All choices follow from the seed. Processes
 * of clients may be killed, which leaves the outcome of what they were doing unknown.
 *
 * Each operation is recorded with its times, and the history of each key is then checked. When
 * this resolves, the whole history is linearizable. It leaves no process behind in any case.
 *
 * @throws {@link LinearizabilityFailure} when the history is not linearizable or the check gave up,
 * when a call failed that had to succeed, or the run did not end in time; with the seed, and with the
 * paths of the saved history and of a report
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for clients that cannot be spread evenly
 * @example
 * ```ts
 * await runLinearizability({ seed: 1, createDriver: () => createMemoryDriver() })
 * await runLinearizability({
 *   seed: 1,
 *   driverModule: new URL('./file-driver-module.ts', import.meta.url),
 *   location: join(folder, 'store.db'),
 *   kills: 3,
 * })
 * ```
 */
export async function runLinearizability(
  options: LinearizabilityOptions,
): Promise<LinearizabilityRun> {
  const { seed, timeoutMs = 120_000 } = options
  const builder = new HistoryBuilder()
  const work = prepareWork(options, builder)
  const startedAt = performance.now()
  try {
    await work(AbortSignal.timeout(timeoutMs))
  } catch (error) {
    const summary = `The run was broken off after ${Math.round(performance.now() - startedAt)} ms: ${String(error)}`
    const details = { kind: 'broken-off', summary, history: builder.operations() } as const
    throw await failWith(options, details, { cause: error })
  }
  const workedAt = performance.now()
  const history = builder.operations()
  const { keys, checkSteps } = await mustBeLinearizable(history, options)
  return {
    seed,
    outcomes: countOutcomes(history),
    keys,
    kills: 'kills' in options ? (options.kills ?? 0) : 0,
    workMs: workedAt - startedAt,
    checkMs: performance.now() - workedAt,
    checkSteps,
  }
}

/** The figures of a run in one line, for whoever reads the output of the tests. */
export function formatRun(run: LinearizabilityRun): string {
  const { ok, failed, unknown } = run.outcomes
  const kills = run.kills === 0 ? '' : ` and ${run.kills} kills`
  return (
    `seed ${run.seed}: ${ok + failed + unknown} operations on ${run.keys} keys in ${Math.round(run.workMs)} ms` +
    `${kills}; ${ok} answered, ${failed} failed, ${unknown} unknown; ` +
    `linearizable, checked with ${run.checkSteps} steps in ${Math.round(run.checkMs)} ms`
  )
}

function prepareWork(
  options: LinearizabilityOptions,
  history: HistoryBuilder,
): (signal: AbortSignal) => Promise<void> {
  const { seed, clients = 8, operations = 2_000, keys = 4 } = options
  if ('createDriver' in options) {
    const { createDriver } = options
    const plan = { seed, clients, firstClient: 0, firstStep: 0, keys, operations, createDriver }
    return (signal) => runInProcess(plan, history, signal)
  }
  const { location, processes = 4, kills = 0 } = options
  const clientsPerProcess = clients / processes
  if (!Number.isInteger(clientsPerProcess) || clientsPerProcess < 1) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `Every process has as many clients as any other; ${clients} clients in ${processes} processes have not.`,
    )
  }
  const driverModule = toUrl(options.driverModule)
  const run = {
    driverModule,
    location,
    processes,
    clientsPerProcess,
    kills,
    operations,
    keys,
    seed,
  }
  return (signal) => runInProcesses(run, history, signal)
}

async function mustBeLinearizable(
  history: readonly RecordedOperation[],
  options: LinearizabilityOptions,
): Promise<{ readonly keys: number; readonly checkSteps: number }> {
  const { maxSteps } = options
  const checkOptions: CheckOptions = maxSteps === undefined ? {} : { maxSteps }
  const verdicts = checkHistory(history, checkOptions)
  for (const kind of ['violation', 'gave-up'] as const) {
    const wrong = verdicts.filter((verdict) => verdict.kind === kind)
    if (wrong.length === 0) continue
    const keys = wrong.map(({ key }) => key).join(', ')
    const what = kind === 'violation' ? 'not linearizable' : 'too much for the bound of the check'
    // What is shortest is easiest to see through.
    const reports = wrong
      .map(({ report }) => report)
      .toSorted((left, right) => left.length - right.length)
    const summary = `The histories of ${wrong.length} of ${verdicts.length} keys are ${what}: ${keys}.\n\n${reports[0]}`
    throw await failWith(options, { kind, history, summary, more: reports.slice(1) })
  }
  const summary = whyNotWorking(countOutcomes(history))
  if (summary !== null) {
    throw await failWith(options, { kind: 'unexpected-errors', history, summary })
  }
  const checkSteps = verdicts.reduce((sum, { steps }) => sum + steps, 0)
  return { keys: verdicts.length, checkSteps }
}

/** Saves what there is to see, and makes the error that says where. */
async function failWith(
  { seed, failureFolder: folder }: LinearizabilityOptions,
  details: {
    readonly kind: FailureKind
    readonly history: readonly RecordedOperation[]
    readonly summary: string
    /** For the report, and too much for an error. */
    readonly more?: readonly string[]
  },
  options?: ErrorOptions,
): Promise<LinearizabilityFailure> {
  const { kind, history, summary, more = [] } = details
  const report = [`Seed: ${seed}`, summary, ...more, ''].join('\n\n')
  const paths = await saveHistory({ folder, seed, history, report })
  return new LinearizabilityFailure(summary, { kind, seed, ...paths }, options)
}

function toUrl(module: string | URL): URL {
  if (module instanceof URL) return module
  return module.startsWith('file:') ? new URL(module) : pathToFileURL(resolve(module))
}
