import { manageDriver, MisuseError, type StorageDriver } from '@holdfast/core'
import { CoalescingDriver } from './coalescing-driver.ts'

/** Settings of {@link coalesce}. */
export interface CoalesceOptions {
  /**
   * Most bytes of values in a commit that is made of several. One that has more goes by itself.
   * Default 1 MiB, at most what the driver takes.
   */
  readonly maxBatchBytes?: number | undefined
  /** Most commits of one plugin in one workspace on their way at once. Default 2. */
  readonly maxInFlight?: number | undefined
}

/**
 * Makes few calls of many: the gets of a tick in one scope become one `get`, and the commits of a tick
 * of one plugin in one workspace, with those that come while others are on their way, become few.
 * Whoever calls notices nothing but the time that it takes.
 *
 * - Each commit stays whole, and is refused for what it does itself, with its own error: a commit of
 *   several that is refused is tried again in halves. Of a commit of several with `OUTCOME_UNKNOWN`
 *   nothing is tried again, and it is the outcome of each.
 * - Commits that are about the same keys are never one, and go one after the other, in the order of
 *   their calls.
 * - A call sees every commit and clear that was called before it, awaited or not, and waits for those
 *   alone that are about what it looks at.
 * - Signals and deadlines are each caller's own. A call of several ends when nobody waits for it.
 * - Of commits at once under one quota, what one frees another may use; a plugin that is over its
 *   quota has its commits judged one by one.
 *
 * Streams, watches, listings and the rest are handed on. Values are copied once more on their way in.
 *
 * @param driver managed, as all that factories make; it is opened and closed with the layer
 *
 * @example
 * ```ts
 * await using driver = coalesce(createMyDriver({ url }))
 * await driver.open()
 * ```
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for options out of their bounds
 */
export function coalesce(driver: StorageDriver, options: CoalesceOptions = {}): StorageDriver {
  const { maxBatchBytes = 1_048_576, maxInFlight = 2 } = options
  checkCount('maxBatchBytes', maxBatchBytes)
  checkCount('maxInFlight', maxInFlight)
  return manageDriver(new CoalescingDriver(driver, { maxBatchBytes, maxInFlight }))
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new MisuseError('INVALID_ARGUMENT', `${name} is a whole number from 1; got ${value}.`)
}
