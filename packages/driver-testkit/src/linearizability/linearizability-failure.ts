/**
 * What went wrong in a run: the history is not linearizable, the check of it gave up, calls failed
 * that had to succeed, or the run did not come to its end.
 */
export type FailureKind = 'violation' | 'gave-up' | 'unexpected-errors' | 'broken-off'

/** The error of a run that has not shown the driver to be linearizable. */
export class LinearizabilityFailure extends Error {
  override readonly name = 'LinearizabilityFailure'
  readonly kind: FailureKind
  /** Makes the same choices again. Processes and disks have a will of their own, besides. */
  readonly seed: number
  /** The whole history, an operation a line, for `parseHistory` and `checkHistory`. */
  readonly historyPath: string
  readonly reportPath: string

  constructor(
    summary: string,
    details: Pick<LinearizabilityFailure, 'kind' | 'seed' | 'historyPath' | 'reportPath'>,
    options?: ErrorOptions,
  ) {
    const { kind, seed, historyPath, reportPath } = details
    super(`${summary}\nSeed: ${seed}\nReport: ${reportPath}\nHistory: ${historyPath}`, options)
    this.kind = kind
    this.seed = seed
    this.historyPath = historyPath
    this.reportPath = reportPath
  }
}
