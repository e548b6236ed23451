/** Puts ratios on an axis where twice as much is as far from 1 as half. */
export interface LogScale {
  /** The powers of two from one end of the axis to the other. */
  readonly ticks: readonly number[]
  /** Where a ratio is: 0 at the first tick, 1 at the last. */
  readonly position: (ratio: number) => number
}

/** The shortest axis between powers of two that has all the ratios, and 1, on it. */
export function logScale(ratios: readonly number[]): LogScale {
  const powers = [...ratios, 1].map(Math.log2)
  const first = Math.min(Math.floor(Math.min(...powers)), -1)
  const last = Math.max(Math.ceil(Math.max(...powers)), 1)
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, index) => 2 ** (first + index)),
    position: (ratio) => (Math.log2(ratio) - first) / (last - first),
  }
}
