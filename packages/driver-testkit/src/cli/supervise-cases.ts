import { type Capabilities, HoldfastError } from '@holdfast/core'
import { ChildProgram, type ChildEnd } from '../child-program.ts'
import type { CaseResult } from './case-result.ts'
import { graceMs, resultOf } from './run-case.ts'
import type { CaseSummary, RunnerMessage, RunnerPlan } from './runner-message.ts'

/** How long a process may take to start, and to make a first driver and a store, in milliseconds. */
const startingMs = 60_000

/** How long a module may take to be imported, in milliseconds. */
const defaultImportMs = 30_000

/** With which Node ends a process whose top-level `await` nothing can settle any more. */
const unsettledAwait = 13

/** Who looks on, and where. */
export interface Supervision {
  /** For the temporary files of the driver; whoever made it removes it. */
  readonly temporaryFolder: string
  readonly signal: AbortSignal
  readonly onLoaded: (cases: readonly CaseSummary[]) => void
  readonly onBegun: (testCase: CaseSummary) => void
  readonly onEnded: (result: CaseResult) => void
}

/** What became of a driver's cases. */
export interface SupervisedRun {
  readonly driver: string
  readonly capabilities: Capabilities
  readonly results: readonly CaseResult[]
}

/**
 * Runs cases in a process of their own. A driver that ends its process, or keeps it so busy that
 * not even the time of the case can run out there, has failed the case; another process goes on
 * with the next.
 *
 * @throws {@link HoldfastError} `USAGE` where the module or the selection is wrong; the signal's reason
 */
export async function superviseCases(
  plan: Omit<RunnerPlan, 'done'>,
  supervision: Supervision,
): Promise<SupervisedRun> {
  const results: CaseResult[] = []
  for (;;) {
    const done = results.map(({ id }) => id)
    const run = new CaseProcess(supervision)
    const end = await run.follow({ ...plan, done })
    supervision.signal.throwIfAborted()
    if (run.unusable !== null) throw new HoldfastError('USAGE', run.unusable)
    if (run.loaded === null) throw endedWhileLoading(plan, run, end)
    results.push(...run.results)
    const { driver, capabilities, cases } = run.loaded
    const victim = cases[run.results.length]
    if (victim === undefined) return { driver, capabilities, results }
    const result = brokenBy(victim, run.wasKilled, end)
    supervision.onEnded(result)
    results.push(result)
  }
}

/** One process that runs cases until it has run all or one of them is the end of it. */
class CaseProcess {
  readonly results: CaseResult[] = []
  loaded: (RunnerMessage & { readonly kind: 'loaded' }) | null = null
  unusable: string | null = null
  wasKilled = false
  /** Whether it has come to the end of the import of the module. */
  hasImported = false
  readonly #supervision: Supervision
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(supervision: Supervision) {
    this.#supervision = supervision
  }

  async follow(plan: RunnerPlan): Promise<ChildEnd> {
    const { signal, temporaryFolder } = this.#supervision
    await using child = new ChildProgram({
      entry: new URL('./case-runner-entry.ts', import.meta.url),
      plan,
      env: { TMPDIR: temporaryFolder },
      hear: (message) => this.#hear(message as RunnerMessage, plan, () => child.kill()),
    })
    const kill = (): void => child.kill()
    signal.addEventListener('abort', kill, { once: true })
    this.#limit(startingMs, kill)
    try {
      return await child.ended
    } finally {
      clearTimeout(this.#timer)
      signal.removeEventListener('abort', kill)
    }
  }

  #hear(message: RunnerMessage, plan: RunnerPlan, kill: () => void): void {
    clearTimeout(this.#timer)
    switch (message.kind) {
      case 'importing':
        this.#limit(plan.importTimeoutMs ?? defaultImportMs, kill)
        return
      case 'imported':
        this.hasImported = true
        this.#limit(startingMs, kill)
        return
      case 'loaded':
        this.loaded = message
        this.#supervision.onLoaded(message.cases)
        return
      case 'unusable':
        this.unusable = message.message
        return
      case 'begun': {
        const testCase = this.loaded?.cases.find(({ id }) => id === message.id)
        if (testCase === undefined) return
        this.#supervision.onBegun(testCase)
        // The process keeps the time itself, unless it is too busy for that.
        this.#limit(testCase.timeoutMs + 2 * graceMs, kill)
        return
      }
      case 'ended':
        this.results.push(message.result)
        this.#supervision.onEnded(message.result)
    }
  }

  #limit(ms: number, kill: () => void): void {
    this.#timer = setTimeout(() => {
      this.wasKilled = true
      kill()
    }, ms)
  }
}

function brokenBy(victim: CaseSummary, wasKilled: boolean, end: ChildEnd): CaseResult {
  const { isBroad, timeoutMs } = victim
  const message = wasKilled
    ? `It kept its process so busy for ${timeoutMs / 1000} seconds that nothing else could run.`
    : `It ended its process (${describeEnd(end)}).`
  const durationMs = wasKilled ? timeoutMs : 0
  const outcome = isBroad && wasKilled ? 'unfinished' : 'broken'
  const result = resultOf(victim, outcome, { durationMs, message: message + printedBy(end) })
  return isBroad ? { ...result, promises: [] } : result
}

function endedWhileLoading(
  { module, importTimeoutMs = defaultImportMs }: Pick<RunnerPlan, 'module' | 'importTimeoutMs'>,
  { hasImported, wasKilled }: CaseProcess,
  end: ChildEnd,
): HoldfastError {
  const reason = ((): string => {
    if (wasKilled && hasImported) {
      return `makes no driver or store: createDriver or createStore did not end in ${startingMs / 1_000} seconds.`
    }
    if (wasKilled) {
      return `cannot be imported: its import did not end in ${importTimeoutMs / 1_000} seconds. It may wait for something at its top level, or loop.`
    }
    if (end.code === unsettledAwait) {
      // What Node prints of it names a module of the kit.
      return hasImported
        ? 'makes no driver or store: it waits for something that never settles.'
        : 'cannot be imported: an await at its top level never settles.'
    }
    return `could not be loaded: its process ended (${describeEnd(end)}).${printedBy(end)}`
  })()
  return new HoldfastError('USAGE', `${module} ${reason}`)
}

function describeEnd({ code, signal }: ChildEnd): string {
  return signal ?? `exit code ${code}`
}

function printedBy({ printed }: ChildEnd): string {
  return printed === '' ? '' : `\nIt printed:\n${printed}`
}
