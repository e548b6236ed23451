import type { DriverUnderTest } from './driver-under-test.ts'
import type { TestBench } from './test-bench.ts'

/** One promise of docs/storage-contract.md, and how to find out whether a driver keeps it. */
export interface ConformanceCheck {
  /** Stable name: section, dot, what it is about: `list.prefix-literal`. */
  readonly id: string
  /** The promise, in a sentence. */
  readonly promise: string
  /** What a driver must have so that the promise concerns it; all of them. */
  readonly needs?: readonly Requirement[]
  /** Fails by throwing. It runs on an empty store of its own. */
  run(bench: TestBench): Promise<void>
}

/** A condition of a check, and what is said where it does not hold. */
export interface Requirement {
  readonly otherwise: string
  isMetBy(subject: DriverUnderTest): boolean
}

/** Checks of one chapter of the contract. */
export interface ConformanceSection {
  readonly title: string
  readonly checks: readonly ConformanceCheck[]
}

/** Why a check does not apply to a driver; `null` where it does. */
export function whySkipped(check: ConformanceCheck, subject: DriverUnderTest): string | null {
  return check.needs?.find((need) => !need.isMetBy(subject))?.otherwise ?? null
}
