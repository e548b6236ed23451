/**
 * A moment, in nanoseconds by the clock of {@link monotonicNow}. Moments of all processes of one
 * machine can be compared; those of two machines cannot.
 */
export type MonotonicNs = number

/**
 * The time by the machine's monotonic clock. `process.hrtime` reads `CLOCK_MONOTONIC` on Linux and
 * its like elsewhere, which counts from the start of the machine and is one for all processes.
 *
 * As a number it is exact for the first 104 days after that and then rounded to even nanoseconds.
 * Rounding makes moments equal at most, and equal moments are taken for concurrent.
 */
export function monotonicNow(): MonotonicNs {
  return Number(process.hrtime.bigint())
}
