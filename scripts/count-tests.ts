import { readFileSync } from 'node:fs'

// Prints "passed failed skipped", counted from vitest's report.
const report = readFileSync('reports/junit.xml', 'utf8')
const suites = [...report.matchAll(/<testsuite (?<attributes>[^>]*)>/g)].map(
  (match) => match.groups?.['attributes'] ?? '',
)

const sum = (attribute: string): number =>
  suites.reduce((total, suite) => total + readCount(suite, attribute), 0)

const failed = sum('failures') + sum('errors')
const skipped = sum('skipped')
process.stdout.write(`${sum('tests') - failed - skipped} ${failed} ${skipped}\n`)

function readCount(attributes: string, name: string): number {
  const digits = new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1]
  if (digits === undefined) throw new Error(`The report has a test suite without ${name}.`)
  return Number(digits)
}
