import type { Measured } from '../row.ts'
import { median } from './median.ts'

/** Two ways to do the same, each with a round that measures it. */
export interface Contest extends AsyncDisposable {
  ours(signal: AbortSignal): Promise<number>
  other(signal: AbortSignal): Promise<number>
}

/**
 * Measures two sides in turn, after a round of each that does not count: ours, other, ours, other.
 * A ratio is of two rounds next to each other, because what the machine does besides changes slowly.
 *
 * @param rounds - of each side
 */
export async function compareRounds(
  contest: Contest,
  rounds: number,
  signal: AbortSignal,
): Promise<Measured> {
  await contest.ours(signal)
  await contest.other(signal)
  const ours: number[] = []
  const others: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const our = await contest.ours(signal)
    const before = others.at(-1)
    if (before !== undefined) ratios.push(our / before)
    const other = await contest.other(signal)
    ratios.push(our / other)
    ours.push(our)
    others.push(other)
  }
  return {
    ours: median(ours),
    other: median(others),
    ratio: median(ratios),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  }
}
