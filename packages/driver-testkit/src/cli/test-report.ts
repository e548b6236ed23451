import type { Capabilities } from '@holdfast/core'
import { contractPromises, type PromiseNumber } from '../contract-promises.ts'
import type { CaseResult } from './case-result.ts'
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
  /** The promises that are broken, in the order of docs/storage-contract.md. */
  readonly broken: readonly BrokenPromise[]
  readonly results: readonly CaseResult[]
}

/** A promise of docs/storage-contract.md, word for word, and the checks that show it broken. */
export interface BrokenPromise {
  readonly promise: PromiseNumber
  readonly sentence: string
  readonly checks: readonly string[]
}

/** Adds up results. */
export function createReport(
  run: Omit<TestReport, 'counts' | 'broken' | 'results' | 'durationMs'>,
  results: readonly CaseResult[],
): TestReport {
  const count = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    ...run,
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
    counts: { passed: count('passed'), broken: count('broken'), skipped: count('skipped') },
    broken: findBroken(results.filter(({ outcome }) => outcome === 'broken')),
    results,
  }
}

function findBroken(results: readonly CaseResult[]): readonly BrokenPromise[] {
  return Object.entries(contractPromises).flatMap(([number, sentence]) => {
    const promise = number as PromiseNumber
    const checks = results.filter(({ promises }) => promises.includes(promise))
    return checks.length === 0 ? [] : [{ promise, sentence, checks: checks.map(({ id }) => id) }]
  })
}

/** The command that runs one check again as it was. */
export function reproduce({ module, seed, effort, commands }: TestReport, id: string): string {
  const level = effort === 'usual' ? '' : ` --${effort}`
  const count = commands === undefined ? '' : ` --commands ${commands}`
  return `npx @holdfast/driver-testkit ${module} --only ${id} --seed ${seed}${level}${count}`
}
