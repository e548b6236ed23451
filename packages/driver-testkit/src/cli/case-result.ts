import type { PromiseNumber } from '../contract-promises.ts'

/** What became of a case. */
export interface CaseResult {
  readonly id: string
  readonly title: string
  readonly outcome: 'passed' | 'broken' | 'skipped'
  /** The promises that it is about; of a broken case, those that are broken. */
  readonly promises: readonly PromiseNumber[]
  readonly durationMs: number
  /** Of a skipped case, why; of a broken one, what is wrong; of a passed one, its figures if it has any. */
  readonly message: string
}
