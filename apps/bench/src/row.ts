/** What the two figures of a row are in. Of `ops/s` and `per GiB` more is better, of the others less. */
export type Unit = 'ops/s' | 'per GiB' | 'µs' | 'ms' | 'MiB'

/** When a row is as was promised. */
export interface Goal {
  /** What the promise is about: the ratio, or the figure of our side alone. */
  readonly figure: 'ratio' | 'ours'
  readonly is: 'at least' | 'at most' | 'under'
  /** Of `ours` in the unit of the row. */
  readonly bound: number
}

/** What a row is about, before it is measured. */
export interface RowHeading {
  /** Short and stable, for `--only` and for programs: `pgbench-get-32`. */
  readonly name: string
  /** For people: what is compared with what. */
  readonly title: string
  readonly unit: Unit
  /** `null` where nothing was promised. */
  readonly goal: Goal | null
}

/** What was measured, or why it could not be. */
export type Row = RowHeading & (Measured | Skipped)

/** Figures are medians of rounds; ratios are ours divided by the other's. */
export interface Measured {
  readonly ours: number
  readonly other: number
  /** Median of the ratios of rounds next to each other. */
  readonly ratio: number
  /** The least and the greatest of those ratios. */
  readonly low: number
  readonly high: number
  readonly skipped?: never
}

export interface Skipped {
  /** Why, and what to do about it. */
  readonly skipped: string
}

/** Whether the goal of a row is met; `null` where there is none. A skipped row has not met its own. */
export function isMet(row: Row): boolean | null {
  const { goal } = row
  if (goal === null) return null
  if (row.skipped !== undefined) return false
  const figure = row[goal.figure]
  if (goal.is === 'at least') return figure >= goal.bound
  return goal.is === 'at most' ? figure <= goal.bound : figure < goal.bound
}

/** Whether the better side of a row is the one with the greater figure. */
export function isMoreBetter({ unit }: RowHeading): boolean {
  return unit === 'ops/s' || unit === 'per GiB'
}
