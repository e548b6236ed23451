import type { EpochMs } from '@holdfast/core'

/** A clock that stands still until it is moved. */
export class ManualClock {
  #now: EpochMs

  constructor(now: EpochMs) {
    this.#now = now
  }

  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): EpochMs {
    return this.#now
  }

  /** Moves the clock forward: what expires on the way is absent from now on. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`A clock moves forward; got ${ms} milliseconds.`)
    this.#now += ms
  }
}
