import { createHistogram } from 'node:perf_hooks'

/** How to call something over and over. */
export interface TimedRound {
  /** How many calls are always in flight: loops, each of which awaits its own. */
  readonly inFlight: number
  readonly milliseconds: number
}

/** What a round has shown. */
export type Timing = {
  readonly calls: number
  /** Calls that ended in a second. */
  readonly perSecond: number
  /** How long a call took, in microseconds. */
  readonly p50Us: number
  readonly p99Us: number
}

/**
 * Calls for a while, and times each call; of each loop, at least one. It is in the plugin's folder because that is all that a
 * plugin may read; what the plugin is compared with measures by it too, so that both pay the same.
 */
export async function timeCalls(
  call: () => Promise<unknown>,
  { inFlight, milliseconds }: TimedRound,
): Promise<Timing> {
  const histogram = createHistogram()
  const start = performance.now()
  const until = start + milliseconds
  const loop = async (): Promise<void> => {
    let before = performance.now()
    do {
      await call()
      const after = performance.now()
      histogram.record(Math.max(1, Math.round((after - before) * 1_000_000)))
      before = after
    } while (before < until)
  }
  await Promise.all(Array.from({ length: inFlight }, loop))
  const seconds = (performance.now() - start) / 1_000
  return {
    calls: histogram.count,
    perSecond: histogram.count / seconds,
    p50Us: histogram.percentile(50) / 1_000,
    p99Us: histogram.percentile(99) / 1_000,
  }
}
