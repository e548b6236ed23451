import { manageDriver } from '@holdfast/core'
import { conformanceSections, runCheck, whySkipped } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { PostgresDriver } from '../../src/postgres-driver.ts'
import { Databases } from '../databases.ts'
import { openDatabase } from '../open-database.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { withSerializationFailures } from './with-serialization-failures.ts'

const inEachRun: readonly string[] = ['compare-and-set', 'usage', 'quota']
const sections = conformanceSections.filter(
  ({ title }) => process.env['HOLDFAST_SOAK'] !== undefined || inEachRun.includes(title),
)

const databases = new Databases()
const tally = { failures: 0 }
const subject = createPostgresSubject(databases, (url, clock) => {
  const unsteady = withSerializationFailures(openDatabase(url), () => tally.failures++)
  return manageDriver(new PostgresDriver(unsteady, clock))
})

afterAll(() => databases[Symbol.asyncDispose]())

describe.for(sections)('while a fifth of the transactions fail: $title', ({ checks }) => {
  const meant = checks.filter((each) => whySkipped(each, subject) === null)
  test.for(meant)('$title', async (check) => {
    await expect(runCheck(check, subject, expect)).resolves.toBe(undefined)
  })
})

test('there were such failures', () => {
  expect(tally.failures).toBeGreaterThan(20)
})
