import { expect, test } from 'vitest'
import { createMapDriver } from '../../examples/map-driver.ts'
import type { CaseResult } from '../../src/cli/case-result.ts'
import { formatJunit } from '../../src/cli/junit-report.ts'
import { createReport } from '../../src/cli/test-report.ts'

const run = {
  driver: 'map',
  module: './map.ts',
  capabilities: createMapDriver().capabilities,
  seed: 7,
  effort: 'quick',
} as const

function resultOf(id: string, outcome: CaseResult['outcome'], message: string): CaseResult {
  return {
    id,
    title: 'It is so.',
    outcome,
    promises: ['1.1'],
    isAnyOf: false,
    durationMs: 1_500,
    message,
    path: null,
  }
}

test('a suite is a group, and a case a check with its outcome', () => {
  const report = createReport(run, [
    resultOf('keys.one', 'passed', ''),
    resultOf('keys.two', 'broken', 'first\nsecond'),
    resultOf('list.one', 'skipped', 'no list'),
  ])
  expect(formatJunit(report)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="the map driver keeps the storage contract" tests="3" failures="1" errors="0" skipped="1" time="4.5">
  <testsuite name="keys" tests="2" failures="1" errors="0" skipped="0" time="3">
    <properties><property name="seed" value="7"/></properties>
    <testcase classname="map.keys" name="keys.one: It is so. [1.1]" time="1.5"></testcase>
    <testcase classname="map.keys" name="keys.two: It is so. [1.1]" time="1.5"><failure message="first">first
second

npx @holdfast/driver-testkit ./map.ts --only keys.two --seed 7 --quick</failure></testcase>
  </testsuite>
  <testsuite name="list" tests="1" failures="0" errors="0" skipped="1" time="1.5">
    <properties><property name="seed" value="7"/></properties>
    <testcase classname="map.list" name="list.one: It is so. [1.1]" time="1.5"><skipped message="no list"/></testcase>
  </testsuite>
</testsuites>
`)
})

test('what XML may not have is escaped or replaced', () => {
  const message = `<a href="b">&\u0000\u001B\uD800\uFFFF\u{1F600}\nline`
  const report = createReport(run, [resultOf('keys.one', 'skipped', message)])
  expect(formatJunit(report)).toContain(
    '<skipped message="&lt;a href=&quot;b&quot;&gt;&amp;\uFFFD\uFFFD\uFFFD\uFFFD\u{1F600}&#10;line"/>',
  )
})

test('a case that is not finished is an error, and no failure', () => {
  const report = createReport(run, [resultOf('model.commands', 'unfinished', 'too slow')])
  const xml = formatJunit(report)
  expect(xml).toContain('tests="1" failures="0" errors="1"')
  expect(xml).toContain('<error message="too slow">')
})
