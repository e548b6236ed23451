import type { Capabilities } from '@holdfast/core'
import type { CaseResult } from './case-result.ts'
import { type BrokenPromise, rankPromises } from './rank-promises.ts'
import type { Effort } from './test-part.ts'

/** What the command found out: what `--json` prints. */
export interface TestReport {
  /** Name of the driver. */
  readonly driver: string
  /** As the command was given it. */
  readonly module: string
  readonly capabilities: Capabilities
  readonly seed: number
  readonly effort: Effort
  /** How many commands were to be compared with the model, if that was said. */
  readonly commands?: number | undefined
  readonly durationMs: number
  readonly counts: Readonly<Record<CaseResult['outcome'], number>>
  /** The longest that a check or a command might take, in seconds, if that was said. */
  readonly timeout?: number | undefined
  /** The promises that checks have shown to be broken, the likeliest before what may follow from it. */
  readonly broken: readonly BrokenPromise[]
  /** Where a check has shown that one of several promises is broken, and nothing says which: those. */
  readonly suspected: readonly BrokenPromise[]
  readonly results: readonly CaseResult[]
}

/** Adds up results. */
export function createReport(
  run: Omit<TestReport, 'counts' | 'broken' | 'suspected' | 'results' | 'durationMs'>,
  results: readonly CaseResult[],
): TestReport {
  const count = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    ...run,
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
    counts: {
      passed: count('passed'),
      broken: count('broken'),
      unfinished: count('unfinished'),
      skipped: count('skipped'),
    },
    ...rankPromises(results),
    results,
  }
}

/** The command that runs one check again as it was; of a failure with a path, its commands alone. */
export function reproduce(report: TestReport, { id, path }: CaseResult): string {
  const { module, seed, effort, commands, timeout } = report
  const level = effort === 'usual' ? '' : ` --${effort}`
  const count = commands === undefined ? '' : ` --commands ${commands}`
  const choice = path === null ? `${level}${count}` : ` --path ${path}`
  const limit = timeout === undefined ? '' : ` --timeout ${timeout}`
  return `npx @holdfast/driver-testkit ${module} --only ${id} --seed ${seed}${choice}${limit}`
}
