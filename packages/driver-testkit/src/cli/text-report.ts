import type { Capabilities } from '@holdfast/core'
import type { CaseResult } from './case-result.ts'
import { indent, wrap } from './lay-out.ts'
import { groupOf } from './test-part.ts'
import { reproduce, type TestReport } from './test-report.ts'

/** Colours a word of the report, or leaves it as it is. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string

/** How much is shown of what is wrong with one check, in lines: its beginning and its end. */
const shownLines = { first: 12, last: 4 }

const outcomes = ['passed', 'broken', 'skipped'] as const

/** The report as people read it. */
export function formatText(report: TestReport, paint: Paint): string {
  const chapters = [
    formatCapabilities(report.capabilities, paint),
    formatCounts(report.results, paint),
    formatSkipped(report.results, paint),
    formatFigures(report.results, paint),
    formatFailures(report, paint),
    formatBroken(report, paint),
    formatVerdict(report, paint),
  ]
  return `${chapters.filter((chapter) => chapter !== '').join('\n\n')}\n`
}

function formatCapabilities(capabilities: Capabilities, paint: Paint): string {
  const rows = Object.entries(capabilities).map(
    ([name, value]) => `  ${name.padEnd(18)} ${formatFact(name, value)}`,
  )
  return [paint('bold', 'Capabilities'), ...rows].join('\n')
}

function formatFact(name: string, value: unknown): string {
  if (typeof value !== 'number' || !name.endsWith('Bytes')) return String(value)
  if (value === Number.MAX_SAFE_INTEGER) return 'any'
  const mebibytes = value / 1_048_576
  return Number.isInteger(mebibytes) && mebibytes > 0 ? `${mebibytes} MiB` : `${value} bytes`
}

function formatCounts(results: readonly CaseResult[], paint: Paint): string {
  const groups = Map.groupBy(results, ({ id }) => groupOf(id))
  const rows = [...groups].map(([group, own]) => formatCount(group, own, paint))
  const head = `  ${' '.repeat(18)}${outcomes.map((outcome) => outcome.padStart(9)).join('')}`
  return [paint('bold', 'Checks') + head.slice('Checks'.length), ...rows].join('\n')
}

function formatCount(group: string, results: readonly CaseResult[], paint: Paint): string {
  const cells = outcomes.map((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length
    const cell = (count === 0 ? '' : String(count)).padStart(9)
    return outcome === 'broken' ? paint('red', cell) : cell
  })
  return `  ${group.padEnd(18)}${cells.join('')}`.trimEnd()
}

function formatSkipped(results: readonly CaseResult[], paint: Paint): string {
  const skipped = results.filter(({ outcome }) => outcome === 'skipped')
  if (skipped.length === 0) return ''
  const reasons = Map.groupBy(skipped, ({ message }) => message)
  const blocks = [...reasons].map(
    ([reason, own]) => `  ${reason}\n${wrap(own.map(({ id }) => id).join(', '), 4)}`,
  )
  return [paint('bold', 'Skipped'), ...blocks].join('\n')
}

function formatFigures(results: readonly CaseResult[], paint: Paint): string {
  const figures = results.filter(({ outcome, message }) => outcome === 'passed' && message !== '')
  if (figures.length === 0) return ''
  const blocks = figures.map(({ id, message }) => `  ${id}\n${wrap(message, 4)}`)
  return [paint('bold', 'Figures'), ...blocks].join('\n')
}

function formatFailures(report: TestReport, paint: Paint): string {
  const broken = report.results.filter(({ outcome }) => outcome === 'broken')
  if (broken.length === 0) return ''
  const blocks = broken.map((result) =>
    [
      `  ${paint('red', result.id)} [${result.promises.join(', ')}]`,
      wrap(result.title, 4),
      indent(shorten(result.message), 6),
      `    ${paint('dim', reproduce(report, result.id))}`,
    ].join('\n'),
  )
  return [paint('bold', 'What is wrong'), ...blocks].join('\n')
}

function shorten(message: string): string {
  const { first, last } = shownLines
  const lines = message.split('\n')
  const left = lines.length - first - last
  if (left <= 1) return message
  return [
    ...lines.slice(0, first),
    `… ${left} lines, which --json has …`,
    ...lines.slice(-last),
  ].join('\n')
}

function formatBroken({ broken }: TestReport, paint: Paint): string {
  if (broken.length === 0) return ''
  const blocks = broken.map(({ promise, sentence, checks }) =>
    [
      `  ${paint('red', promise.padEnd(4))} ${wrap(sentence, 7).trimStart()}`,
      wrap(`shown by ${checks.join(', ')}`, 7),
    ].join('\n'),
  )
  const heading = paint('bold', 'Broken promises of docs/storage-contract.md')
  return [heading, ...blocks].join('\n')
}

function formatVerdict(report: TestReport, paint: Paint): string {
  const { driver, counts, broken, durationMs, seed } = report
  const promises = broken.length === 1 ? 'promise' : 'promises'
  const verdict =
    counts.broken === 0
      ? paint('green', `The ${driver} driver keeps every promise that was tried.`)
      : paint('red', `The ${driver} driver breaks ${broken.length} ${promises}.`)
  const skipped = counts.skipped === 0 ? '' : paint('yellow', `, ${counts.skipped} skipped`)
  const seconds = (durationMs / 1000).toFixed(1)
  return `${verdict}\n${counts.passed} passed, ${counts.broken} broken${skipped}, in ${seconds} s, with seed ${seed}.`
}
