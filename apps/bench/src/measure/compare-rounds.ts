import type { Measured } from '../row.ts'
import { median } from './median.ts'

/** Two ways to do the same, each with a round that measures it. */
export interface Contest extends AsyncDisposable {
  ours(): Promise<number>
  other(): Promise<number>
}

/**
 * Measures two sides in turn, after a round of each that does not count: ours, other, ours, other.
 * A ratio is of two rounds next to each other, because what the machine does besides changes slowly.
 *
 * @param rounds - of each side
 */
export async function compareRounds(contest: Contest, rounds: number): Promise<Measured> {
  await contest.ours()
  await contest.other()
  const ours: number[] = []
  const others: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const our = await contest.ours()
    const before = others.at(-1)
    if (before !== undefined) ratios.push(our / before)
    const other = await contest.other()
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
