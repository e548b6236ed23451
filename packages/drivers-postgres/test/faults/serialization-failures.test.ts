import { manageDriver } from '@holdfast/core'
import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { PostgresDriver } from '../../src/postgres-driver.ts'
import { Databases } from '../databases.ts'
import { someChecks } from '../environments/some-checks.ts'
import { openDatabase } from '../open-database.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { withSerializationFailures } from './with-serialization-failures.ts'

const databases = new Databases()
const tally = { failures: 0 }
const subject = createPostgresSubject(databases, (url, clock) => {
  const unsteady = withSerializationFailures(openDatabase(url), () => tally.failures++)
  return manageDriver(new PostgresDriver(unsteady, clock))
})

afterAll(() => databases[Symbol.asyncDispose]())

runConformance(
  { ...subject, name: 'postgres, while a fifth of the transactions fail,' },
  { describe, test: someChecks, expect, afterAll },
)

test('there were such failures', () => {
  expect(tally.failures).toBeGreaterThan(20)
})
