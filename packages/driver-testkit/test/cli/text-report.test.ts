import { expect, test } from 'vitest'
import { createMapDriver } from '../../examples/map-driver.ts'
import type { CaseResult, Outcome } from '../../src/cli/case-result.ts'
import { resultOf } from '../../src/cli/run-case.ts'
import { createReport } from '../../src/cli/test-report.ts'
import { formatText } from '../../src/cli/text-report.ts'

const run = {
  driver: 'map',
  module: './map.ts',
  capabilities: createMapDriver().capabilities,
  seed: 7,
  effort: 'quick',
  timeout: 2,
} as const

function result(outcome: Outcome, more: Partial<CaseResult> = {}): CaseResult {
  const testCase = { id: 'list.one', title: 'It lists.', promises: ['10.1'] } as const
  return { ...resultOf(testCase, outcome, { durationMs: 0, message: 'Too slow.' }), ...more }
}

function textOf(results: readonly CaseResult[]): string {
  return formatText(createReport(run, results), (_, text) => text)
}

test('what is not finished is told with the command that tries it again, and accuses of nothing', () => {
  const text = textOf([result('unfinished')])
  expect(text).toContain(`
Not finished, and so neither kept nor broken
  list.one
    Too slow.
    npx @holdfast/driver-testkit ./map.ts --only list.one --seed 7 --quick --timeout 2

The map driver breaks no promise, as far as it was tried.
0 passed, 0 broken, 1 not finished, in 0.0 s, with seed 7.
`)
})

test('what has shown one of several promises to be broken says which they are', () => {
  const text = textOf([result('broken', { promises: ['8.1', '8.2'], isAnyOf: true, path: '0:1' })])
  expect(text).toContain('  list.one [any of 8.1, 8.2]\n')
  expect(text).toContain('--only list.one --seed 7 --path 0:1 --timeout 2\n')
  expect(text).toContain('\nOne of these is broken, and which one has not been shown\n  8.1 ')
  expect(text).toContain('\nThe map driver breaks a promise: one of 8.1, 8.2.\n')
})

test('a driver that has failed otherwise breaks no promise by that', () => {
  const text = textOf([result('broken', { promises: [] })])
  expect(text).toContain('  list.one [no promise]\n')
  expect(text).toContain('\nThe map driver has failed.\n')
})

test('the first failures are shown in full, and of the others what they are about', () => {
  const results = [1, 2, 3, 4].map((number) => result('broken', { id: `list.number-${number}` }))
  const text = textOf(results)
  expect(text.match(/Too slow\./g)).toHaveLength(3)
  expect(text).toMatch(
    / {2}list\.number-4 \[10\.1\]\n {4}It lists\.\n {2}To see all of one of them: npx .* list\.number-4 /,
  )
})
