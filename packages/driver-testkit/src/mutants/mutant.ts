import type { Clock, StorageDriver } from '@holdfast/core'

/**
 * A driver that is wrong on purpose, in one way that real drivers are wrong in. It shows that the
 * kit bites: a check that catches no mutant might as well not be there.
 */
export interface Mutant {
  /** What it does wrong, as a sentence without its subject: `folds the case of keys`. */
  readonly name: string
  /** The ids of the checks that are meant to catch it. Others may catch it too. */
  readonly caughtBy: readonly [string, ...string[]]
  /** Makes a wrong driver of a right one that goes by the same clock. */
  readonly wrap: (driver: StorageDriver, clock: Clock) => StorageDriver
}
