import type { PromiseNumber } from '../contract-promises.ts'

/** What became of a case; `unfinished` is one whose time was over before it had shown anything. */
export type Outcome = 'passed' | 'broken' | 'unfinished' | 'skipped'

/** What became of a case, and why. */
export interface CaseResult {
  readonly id: string
  readonly title: string
  readonly outcome: Outcome
  /** The promises that it is about; of a broken case, those that it may have shown to be broken. */
  readonly promises: readonly PromiseNumber[]
  /**
   * Of a broken case: whether any one of its promises may be the broken one. Otherwise the first of
   * them is.
   */
  readonly isAnyOf: boolean
  readonly durationMs: number
  /** Of a skipped case, why; of a broken one, what is wrong; of a passed one, its figures if it has any. */
  readonly message: string
  /** The path by which the command runs the commands of the failure alone; `null` where it has none. */
  readonly path: string | null
}

/** What an error of a case shows. */
export type Verdict = Pick<CaseResult, 'promises'> & Partial<CaseResult>
