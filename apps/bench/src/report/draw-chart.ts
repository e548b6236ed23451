import { isMoreBetter, type Row, type Unit } from '../row.ts'
import { chartColumns, type ChartPanel, drawPanel, escapeXml } from './chart-panel.ts'

const margin = 12
const legendHeight = 64

const figureNames: Readonly<Record<Unit, string>> = {
  'ops/s': 'calls a second',
  'per GiB': 'processes in a GiB',
  µs: 'time',
  ms: 'time',
  MiB: 'memory',
}

/**
 * Draws the ratios of rows as an SVG that can be read on light and on dark ground.
 *
 * @param caption - on what they were measured
 */
export function drawChart(title: string, rows: readonly Row[], caption: string): string {
  const panels = [
    toPanel(title, rows.filter(isMoreBetter), 'More is better.'),
    toPanel(
      title,
      rows.filter((row) => !isMoreBetter(row)),
      'Less is better.',
    ),
  ]
  let height = margin
  const groups = panels
    .filter((panel) => panel.rows.length > 0)
    .map((panel) => {
      const drawn = drawPanel(panel)
      const group = `<g transform="translate(0 ${height})">\n${drawn.svg}\n</g>`
      height += drawn.height
      return group
    })
  const legend = `<g transform="translate(0 ${height + margin})">${drawLegend(caption)}</g>`
  const { width } = chartColumns
  const total = height + legendHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${total}"/>`,
    ...groups,
    legend,
    '</svg>',
    '',
  ].join('\n')
}

function toPanel(title: string, rows: readonly Row[], advice: string): ChartPanel {
  const figures = new Set(rows.map((row) => figureNames[row.unit]))
  return { title: `${title}: ${[...figures].join(' or ')}, ours / the other's. ${advice}`, rows }
}

function drawLegend(caption: string): string {
  const { left } = chartColumns
  const items = [
    ['<rect class="met" y="2" width="22" height="12" rx="2"/>', 'median, goal met', 164],
    ['<rect class="missed" y="2" width="22" height="12" rx="2"/>', 'goal not met', 136],
    ['<rect class="plain" y="2" width="22" height="12" rx="2"/>', 'no goal', 104],
    ['<path class="whisker" d="M0 4V12M0 8H22M22 4V12"/>', 'range', 92],
    ['<path class="goal" d="M11 -1v18"/>', 'goal', 0],
  ] as const
  let x: number = left
  const drawn = items.map(([shape, text, width]) => {
    const item = `<g transform="translate(${x} 0)">${shape}<text x="30" y="12">${text}</text></g>`
    x += width
    return item
  })
  return `${drawn.join('')}<text class="note" x="${left}" y="34">${escapeXml(caption)}</text>`
}

const style = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px }
.ratio { font-weight: 600 }
.tick { text-anchor: middle; font-size: 11px; fill: #59636e }
.note { font-size: 12px; fill: #59636e }
.ground { fill: #ffffff }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.even { stroke: #59636e; stroke-width: 1 }
.met { fill: #4ac26b }
.missed { fill: #f47067 }
.plain { fill: #8fb4e3 }
.whisker { stroke: #1f2328; stroke-width: 1.2; fill: none }
.goal { stroke: #6639ba; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .tick, .note { fill: #9198a1 }
  .ground { fill: #0d1117 }
  .grid { stroke: #30363d }
  .even { stroke: #9198a1 }
  .met { fill: #2ea043 }
  .missed { fill: #da3633 }
  .plain { fill: #4a78b5 }
  .whisker { stroke: #e6edf3 }
  .goal { stroke: #d2a8ff }
}
`
