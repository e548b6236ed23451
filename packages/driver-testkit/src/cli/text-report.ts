import type { Capabilities } from '@holdfast/core'
import type { CaseResult } from './case-result.ts'
import { indent, wrap } from './lay-out.ts'
import type { BrokenPromise } from './rank-promises.ts'
import { groupOf } from './test-part.ts'
import { reproduce, type TestReport } from './test-report.ts'

/** Colours a word of the report, or leaves it as it is. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string

/** How much is shown of what is wrong with one check, in lines: its beginning and its end. */
const shownLines = { first: 12, last: 4 }

/** How many failed checks are shown in full; of the others, the first line says enough. */
const shownInFull = 3

const outcomes = ['passed', 'broken', 'unfinished', 'skipped'] as const

/** The report as people read it. */
export function formatText(report: TestReport, paint: Paint): string {
  const chapters = [
    formatCapabilities(report.capabilities, paint),
    formatCounts(report.results, paint),
    formatSkipped(report.results, paint),
    formatFigures(report.results, paint),
    formatFailures(report, paint),
    formatUnfinished(report, paint),
    formatBroken(report, paint),
    formatSuspected(report, paint),
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
  const head = `  ${' '.repeat(18)}${outcomes.map(toColumn).join('')}`
  return [paint('bold', 'Checks') + head.slice('Checks'.length), ...rows].join('\n')
}

function formatCount(group: string, results: readonly CaseResult[], paint: Paint): string {
  const cells = outcomes.map((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length
    const cell = toColumn(count === 0 ? '' : String(count))
    return outcome === 'broken' ? paint('red', cell) : cell
  })
  return `  ${group.padEnd(18)}${cells.join('')}`.trimEnd()
}

function toColumn(text: string): string {
  return text.padStart(11)
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
  const failed = report.results.filter(({ outcome }) => outcome === 'broken')
  if (failed.length === 0) return ''
  // What shows the likeliest promise first, and what has the fewest promises before others.
  const order = [...report.broken, ...report.suspected].flatMap(({ checks }) => checks)
  const place = ({ id }: CaseResult): number => [...order, id].indexOf(id)
  const sorted = failed.toSorted((left, right) => place(left) - place(right))
  const blocks = sorted.map((result, index) =>
    index < shownInFull ? formatFailure(report, result, paint) : formatBriefly(result, paint),
  )
  const left = sorted[shownInFull]
  const hint = left && `  To see all of one of them: ${paint('dim', reproduce(report, left))}`
  return [paint('bold', 'What is wrong'), ...blocks, hint ?? ''].join('\n').trimEnd()
}

function formatFailure(report: TestReport, result: CaseResult, paint: Paint): string {
  return [
    formatTitle(result, paint),
    wrap(result.title, 4),
    indent(shorten(result.message), 6),
    `    ${paint('dim', reproduce(report, result))}`,
  ].join('\n')
}

function formatBriefly(result: CaseResult, paint: Paint): string {
  return `${formatTitle(result, paint)}\n${wrap(result.title, 4)}`
}

function formatTitle({ id, promises, isAnyOf }: CaseResult, paint: Paint): string {
  const list = promises.join(', ')
  const concerns = isAnyOf && promises.length > 1 ? `any of ${list}` : list
  return `  ${paint('red', id)} [${concerns || 'no promise'}]`
}

function formatUnfinished(report: TestReport, paint: Paint): string {
  const unfinished = report.results.filter(({ outcome }) => outcome === 'unfinished')
  if (unfinished.length === 0) return ''
  const blocks = unfinished.map((result) =>
    [
      `  ${paint('yellow', result.id)}`,
      indent(shorten(result.message), 4),
      `    ${paint('dim', reproduce(report, result))}`,
    ].join('\n'),
  )
  return [paint('bold', 'Not finished, and so neither kept nor broken'), ...blocks].join('\n')
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
  const [likeliest, ...others] = broken
  if (likeliest === undefined) return ''
  const heading = 'Broken, by the storage contract (docs/storage-contract.md in the repository)'
  const rest = 'These may follow from it, or be broken besides'
  return [
    paint('bold', heading),
    formatPromise(likeliest, paint),
    ...(others.length === 0 ? [] : [paint('bold', rest)]),
    ...others.map((promise) => formatPromise(promise, paint)),
  ].join('\n')
}

function formatSuspected({ suspected }: TestReport, paint: Paint): string {
  if (suspected.length === 0) return ''
  const heading = 'One of these is broken, and which one has not been shown'
  const blocks = suspected.map((promise) => formatPromise(promise, paint))
  return [paint('bold', heading), ...blocks].join('\n')
}

function formatPromise({ promise, sentence, checks }: BrokenPromise, paint: Paint): string {
  return [
    `  ${paint('red', promise.padEnd(5))} ${wrap(sentence, 8).trimStart()}`,
    wrap(`shown by ${checks.join(', ')}`, 8),
  ].join('\n')
}

function formatVerdict(report: TestReport, paint: Paint): string {
  const { counts, durationMs, seed } = report
  const unfinished = counts.unfinished === 0 ? '' : `, ${counts.unfinished} not finished`
  const skipped = counts.skipped === 0 ? '' : paint('yellow', `, ${counts.skipped} skipped`)
  const seconds = (durationMs / 1000).toFixed(1)
  const figures = `${counts.passed} passed, ${counts.broken} broken${unfinished}${skipped}`
  return `${judge(report, paint)}\n${figures}, in ${seconds} s, with seed ${seed}.`
}

function judge({ driver, counts, broken, suspected }: TestReport, paint: Paint): string {
  const [likeliest, ...others] = broken
  if (likeliest !== undefined) {
    const verdict = paint('red', `The ${driver} driver breaks promise ${likeliest.promise}.`)
    const more = others.length === 1 ? 'One more' : `${others.length} more`
    return others.length === 0 ? verdict : `${verdict} ${more} may follow from it.`
  }
  if (suspected.length > 0) {
    const list = suspected.map(({ promise }) => promise).join(', ')
    return paint('red', `The ${driver} driver breaks a promise: one of ${list}.`)
  }
  if (counts.broken > 0) return paint('red', `The ${driver} driver has failed.`)
  if (counts.unfinished === 0) {
    return paint('green', `The ${driver} driver keeps every promise that was tried.`)
  }
  return paint('yellow', `The ${driver} driver breaks no promise, as far as it was tried.`)
}
