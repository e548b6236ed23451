import type { Clock, EpochMs } from '@holdfast/core'

/** A clock that stands still until it is moved. */
export class TestClock {
  #now: EpochMs = Date.now()

  readonly now: Clock = () => this.#now

  advance(ms: number): void {
    this.#now += ms
  }
}
