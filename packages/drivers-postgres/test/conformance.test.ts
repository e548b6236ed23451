import { manageDriver } from '@holdfast/core'
import { runConformance } from '@holdfast/driver-testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { PostgresDriver } from '../src/postgres-driver.ts'
import { Databases } from './databases.ts'
import { openDatabase } from './open-database.ts'
import { findFaults } from './portable-sql.ts'
import { createPostgresSubject } from './postgres-subject.ts'

/** What an operator asks of all tenants at once: their scopes, and what there is to sweep. */
const acrossTenants: readonly RegExp[] = [
  /^SELECT "holdfast"."accounts"."workspace" AS workspace, .* AS store,/,
  /^SELECT "holdfast"."accounts"."workspace" AS workspace, \S+ AS plugin FROM "holdfast"."accounts" WHERE "holdfast"."accounts"."next_expiry" <= \$1$/,
  /^SELECT DISTINCT "holdfast"."streams"."workspace" AS workspace,/,
]

const statements = new Set<string>()
const databases = new Databases()

const subject = createPostgresSubject(databases, (url, clock) => {
  const database = openDatabase(url, {
    onStatement: (text) => statements.add(text.replaceAll(/\s+/g, ' ').trim()),
  })
  return manageDriver(new PostgresDriver(database, clock))
})

runConformance(subject, { describe, test, expect, afterAll })

// It is declared after the checks of the kit, and runs after them.
test('every statement of the run is portable, but for the questions of operators', async () => {
  expect(statements.size).toBeGreaterThan(30)
  const faulty: string[] = []
  for (const statement of statements) {
    if ((await findFaults(statement)).length > 0) faulty.push(statement)
  }
  const unexpected = faulty.filter((text) => !acrossTenants.some((known) => known.test(text)))
  expect(unexpected).toEqual([])
  expect(faulty).toHaveLength(acrossTenants.length)
})

afterAll(async () => {
  await databases[Symbol.asyncDispose]()
})
