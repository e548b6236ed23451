/** What the two figures of a row are in. Of `ops/s` more is better, of the others less. */
export type Unit = 'ops/s' | 'µs' | 'MiB'

/** When the goal of a row is met. */
export type Goal =
  | { readonly ratioAtLeast: number }
  | { readonly ratioUnder: number }
  | { readonly oursUnder: number }

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
  if ('ratioAtLeast' in goal) return row.ratio >= goal.ratioAtLeast
  if ('ratioUnder' in goal) return row.ratio < goal.ratioUnder
  return row.ours < goal.oursUnder
}

/** The number of a goal: of `oursUnder` in the unit of the row, else a ratio. */
export function goalNumber(goal: Goal): number {
  if ('ratioAtLeast' in goal) return goal.ratioAtLeast
  return 'ratioUnder' in goal ? goal.ratioUnder : goal.oursUnder
}
