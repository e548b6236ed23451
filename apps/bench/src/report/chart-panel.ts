import { isMet, type Measured, type Row } from '../row.ts'
import { type LogScale, logScale } from './log-scale.ts'
import { showGoal, showRatio } from './show-rows.ts'

/** Where things are across the chart, in its own units. */
export const chartColumns = { width: 960, left: 24, plot: 420, plotEnd: 740, right: 760 } as const

const titleHeight = 46
const rowHeight = 26
const axisHeight = 40
const barHeight = 12
const capHeight = 8
const markHeight = 18

export interface ChartPanel {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Draws rows one below the other on one axis, with their ratios as bars that begin at 1. */
export function drawPanel({ title, rows }: ChartPanel): { svg: string; height: number } {
  const scale = logScale(rows.flatMap(ratiosOf))
  const bottom = titleHeight + rows.length * rowHeight
  const parts = [
    `<text class="title" x="${chartColumns.left}" y="28">${escapeXml(title)}</text>`,
    ...scale.ticks.map((tick) => drawTick(tick, xOf(scale, tick), bottom)),
    ...rows.map((row, index) => drawRow(row, titleHeight + (index + 0.5) * rowHeight, scale)),
  ]
  return { svg: parts.join('\n'), height: bottom + axisHeight }
}

function drawTick(tick: number, x: number, bottom: number): string {
  const kind = tick === 1 ? 'even' : 'grid'
  const line = `<line class="${kind}" x1="${x}" x2="${x}" y1="${titleHeight - 4}" y2="${bottom + 2}"/>`
  const label = tick < 1 ? `1/${1 / tick}` : String(tick)
  return `${line}<text class="tick" x="${x}" y="${bottom + 18}">${label}x</text>`
}

function drawRow(row: Row, y: number, scale: LogScale): string {
  const label = `<text x="${chartColumns.left}" y="${y + 4}">${escapeXml(row.title)}</text>`
  if (row.skipped !== undefined) {
    return `${label}<text class="note" x="${chartColumns.right}" y="${y + 4}">skipped</text>`
  }
  return [
    label,
    drawBar(row, y, scale),
    drawWhisker(row, y, scale),
    drawGoal(row, y, scale),
    `<text class="ratio" x="${chartColumns.right}" y="${y + 4}">${showRatio(row.ratio)}x</text>`,
    `<text class="note" x="${chartColumns.right + 62}" y="${y + 4}">${escapeXml(outcome(row))}</text>`,
  ].join('')
}

function drawBar(row: Row & Measured, y: number, scale: LogScale): string {
  const ends = [xOf(scale, 1), xOf(scale, row.ratio)]
  const x = Math.min(...ends)
  const width = round(Math.max(...ends) - x)
  const kind = { true: 'met', false: 'missed', null: 'plain' }[`${isMet(row)}`]
  return `<rect class="${kind}" x="${x}" y="${y - barHeight / 2}" width="${width}" height="${barHeight}" rx="2"/>`
}

function drawWhisker({ low, high }: Measured, y: number, scale: LogScale): string {
  const [from, to] = [xOf(scale, low), xOf(scale, high)]
  const [top, bottom] = [y - capHeight / 2, y + capHeight / 2]
  return `<path class="whisker" d="M${from} ${top}V${bottom}M${from} ${y}H${to}M${to} ${top}V${bottom}"/>`
}

function drawGoal(row: Row & Measured, y: number, scale: LogScale): string {
  const goal = goalRatio(row)
  if (goal === null) return ''
  const x = xOf(scale, goal)
  return `<path class="goal" d="M${x} ${y - markHeight / 2}v${markHeight}"/>`
}

function outcome(row: Row): string {
  const met = isMet(row)
  return met === null ? '' : `${met ? '✓' : '✗'} goal ${showGoal(row)}`
}

function ratiosOf(row: Row): readonly number[] {
  if (row.skipped !== undefined) return []
  const goal = goalRatio(row)
  return [row.ratio, row.low, row.high, ...(goal === null ? [] : [goal])]
}

/** Where the goal is on the axis, also of one that is in the unit of its row. */
function goalRatio({ goal, other }: Row & Measured): number | null {
  if (goal === null) return null
  return goal.figure === 'ours' ? goal.bound / other : goal.bound
}

function xOf(scale: LogScale, ratio: number): number {
  const { plot, plotEnd } = chartColumns
  return round(plot + scale.position(ratio) * (plotEnd - plot))
}

function round(length: number): number {
  return Math.round(length * 10) / 10
}

/** Text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
