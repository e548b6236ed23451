import type { PromiseNumber } from './contract-promises.ts'
import type { DriverUnderTest } from './driver-under-test.ts'
import type { TestBench } from './test-bench.ts'

/** A way to find out whether a driver keeps some promises of docs/storage-contract.md. */
export interface ConformanceCheck {
  /** Stable name: section, dot, what it is about: `list.prefix-literal`. */
  readonly id: string
  /** The promises that are broken if it fails. */
  readonly promises: readonly [PromiseNumber, ...PromiseNumber[]]
  /** What it holds the driver to, in a sentence. */
  readonly title: string
  /** What a driver must have so that the check concerns it; all of them. */
  readonly needs?: readonly Requirement[]
  /** Fails by throwing. It runs on an empty store of its own. */
  run(bench: TestBench): Promise<void>
}

/** A condition of a check, and what is said where it does not hold. */
export interface Requirement {
  readonly otherwise: string
  isMetBy(subject: DriverUnderTest): boolean
}

/** The checks of one chapter of the contract. */
export interface ConformanceSection {
  readonly title: string
  readonly checks: readonly ConformanceCheck[]
}

/** Why a check does not apply to a driver; `null` where it does. */
export function whySkipped(check: ConformanceCheck, subject: DriverUnderTest): string | null {
  return check.needs?.find((need) => !need.isMetBy(subject))?.otherwise ?? null
}
