import type { CaseResult } from './case-result.ts'
import { groupOf } from './test-part.ts'
import { reproduce, type TestReport } from './test-report.ts'

/** The report as JUnit XML: a suite a group, a case a check. */
export function formatJunit(report: TestReport): string {
  const groups = Map.groupBy(report.results, ({ id }) => groupOf(id))
  const suites = [...groups].map(([group, results]) => formatSuite(report, group, results))
  const attributes = formatAttributes({
    name: `the ${report.driver} driver keeps the storage contract`,
    ...countsOf(report.results),
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes}>\n${suites.join('')}</testsuites>\n`
}

function formatSuite(report: TestReport, group: string, results: readonly CaseResult[]): string {
  const attributes = formatAttributes({ name: group, ...countsOf(results) })
  const seed = `<properties><property name="seed" value="${report.seed}"/></properties>`
  const cases = results.map((result) => formatCase(report, result))
  return `  <testsuite${attributes}>\n    ${seed}\n${cases.join('')}  </testsuite>\n`
}

function formatCase(report: TestReport, result: CaseResult): string {
  const attributes = formatAttributes({
    classname: `${report.driver}.${groupOf(result.id)}`,
    name: `${result.id}: ${result.title} [${result.promises.join(', ')}]`,
    time: result.durationMs / 1000,
  })
  return `    <testcase${attributes}>${formatOutcome(report, result)}</testcase>\n`
}

function formatOutcome(report: TestReport, result: CaseResult): string {
  const { outcome, message } = result
  const [firstLine = ''] = message.split('\n')
  switch (outcome) {
    case 'passed':
      return message === '' ? '' : `<system-out>${escapeXml(message)}</system-out>`
    case 'skipped':
      return `<skipped${formatAttributes({ message })}/>`
    case 'broken':
    case 'unfinished': {
      const text = `${message}\n\n${reproduce(report, result)}`
      const name = outcome === 'broken' ? 'failure' : 'error'
      return `<${name}${formatAttributes({ message: firstLine })}>${escapeXml(text)}</${name}>`
    }
  }
}

function countsOf(results: readonly CaseResult[]): Readonly<Record<string, number>> {
  return {
    tests: results.length,
    failures: results.filter(({ outcome }) => outcome === 'broken').length,
    errors: results.filter(({ outcome }) => outcome === 'unfinished').length,
    skipped: results.filter(({ outcome }) => outcome === 'skipped').length,
    time: results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000,
  }
}

function formatAttributes(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('')
}

/** Keys of checks may hold anything; XML 1.0 may not, not even escaped. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
