import Table from 'cli-table3'
import { isMet, type Row, type RowHeading } from '../row.ts'

const signs = { 'at least': '≥', 'at most': '≤', under: '<' } as const

/** A ratio is not that of the two medians beside it. */
const footnote =
  'ratio: the median of the ratios of two rounds that followed one another; range: the least and the greatest.'

/** One table of all rows, with what could not be measured, and why, below it. */
export function showRows(rows: readonly Row[]): string {
  const table = new Table({
    head: ['row', 'what', 'ours', 'other', 'unit', 'ratio', 'range', 'goal', 'met'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  table.push(
    ...rows.map((row) => [row.name, row.title, ...showFigures(row), showGoal(row), showMet(row)]),
  )
  const notes = rows.flatMap((row) => (row.skipped === undefined ? [] : [showSkipped(row)]))
  return [table.toString(), footnote, ...notes].join('\n')
}

function showFigures(row: Row): readonly string[] {
  if (row.skipped !== undefined) return ['', '', row.unit, 'skipped', '']
  const { ours, other, unit, ratio, low, high } = row
  const range = `${showRatio(low)} – ${showRatio(high)}`
  return [showNumber(ours), showNumber(other), unit, `${showRatio(ratio)}x`, range]
}

function showMet(row: Row): string {
  const met = isMet(row)
  if (met === null) return ''
  return met ? 'yes' : 'NO'
}

function showSkipped({ name, skipped }: Row): string {
  return `${name} was skipped: ${skipped}`
}

/** A goal as it is to be read: `≥ 1.7x`, `< 64 MiB`. */
export function showGoal({ goal, unit }: RowHeading): string {
  if (goal === null) return ''
  const sign = signs[goal.is]
  return goal.figure === 'ratio' ? `${sign} ${goal.bound}x` : `${sign} ${goal.bound} ${unit}`
}

/** A ratio with about three digits. */
export function showRatio(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(ratio < 100 ? 1 : 0)
}

function showNumber(figure: number): string {
  return figure.toLocaleString('en', { maximumFractionDigits: figure < 100 ? 1 : 0 })
}
