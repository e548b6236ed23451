import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { Databases } from './databases.ts'
import { findFaults } from './portable-sql.ts'
import { createPostgresSubject } from './postgres-subject.ts'

/** What an operator asks of all tenants at once: their scopes, and what there is to sweep. */
const acrossTenants: readonly RegExp[] = [
  /^SELECT "holdfast"."accounts"."workspace" AS workspace, .* AS store,/,
  /^SELECT "holdfast"."accounts"."workspace" AS workspace, \S+ AS plugin FROM "holdfast"."accounts" WHERE EXISTS/,
  /^SELECT DISTINCT "holdfast"."streams"."workspace" AS workspace,/,
]

const statements = new Set<string>()
const clients: Sql[] = []
const databases = new Databases()

const subject = createPostgresSubject(databases, (url, clock) => {
  const client = postgres(url, {
    debug: (_connection, text) => statements.add(text.replaceAll(/\s+/g, ' ').trim()),
    fetch_types: false,
    idle_timeout: 1,
    onnotice: () => undefined,
  })
  clients.push(client)
  return createPostgresDriver({ db: drizzle(client), clock })
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
  await Promise.all(clients.map((client) => client.end({ timeout: 1 })))
  await databases[Symbol.asyncDispose]()
})
