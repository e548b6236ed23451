import type { Finding } from './finding.ts'

/** The error of a run whose store broke a promise, or that did not come to its end. */
export class CrashCheckFailure extends Error {
  override readonly name = 'CrashCheckFailure'
  /** What is wrong with the store; empty where the run was broken off for another reason. */
  readonly findings: readonly Finding[]
  /** Makes the same choices again. Processes and disks have a will of their own, besides. */
  readonly seed: number
  /** All that the processes said, a message a line, and where they were killed. */
  readonly ledgerPath: string

  constructor(
    details: Pick<CrashCheckFailure, 'findings' | 'seed' | 'ledgerPath'>,
    summary: string,
    cause?: unknown,
  ) {
    const { findings, seed, ledgerPath } = details
    const lines = findings.map(({ promise, what }) => `  ${promise}  ${what}`)
    super(
      [summary, ...lines, `Seed: ${seed}`, `Ledger: ${ledgerPath}`].join('\n'),
      cause === undefined ? undefined : { cause },
    )
    this.findings = findings
    this.seed = seed
    this.ledgerPath = ledgerPath
  }
}
