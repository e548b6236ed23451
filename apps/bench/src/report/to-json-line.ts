import { isMet, type Row } from '../row.ts'

/** A row for programs. Of one that was skipped, the figures are null and `skipped` says why. */
export function toJsonLine(row: Row): string {
  const { name, unit, goal } = row
  const figures =
    row.skipped === undefined
      ? { ours: rounded(row.ours), other: rounded(row.other) }
      : { ours: null, other: null }
  const ratios =
    row.skipped === undefined
      ? { ratio: rounded(row.ratio), low: rounded(row.low), high: rounded(row.high) }
      : { ratio: null, low: null, high: null }
  const ending = {
    goal: goal?.bound ?? null,
    met: isMet(row),
    ...(row.skipped === undefined ? {} : { skipped: row.skipped }),
  }
  return JSON.stringify({ name, ...figures, unit, ...ratios, ...ending })
}

/** Four digits are more than is true. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(4))
}
