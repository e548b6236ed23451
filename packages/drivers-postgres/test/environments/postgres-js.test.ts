import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { afterAll, describe, expect } from 'vitest'
import { Databases } from '../databases.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { someChecks } from './some-checks.ts'

const clients: Sql[] = []
const databases = new Databases()
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end({ timeout: 1 })))
  await databases[Symbol.asyncDispose]()
})

const subject = createPostgresSubject(databases, (url, clock) => {
  const client = postgres(url, { idle_timeout: 1, onnotice: () => undefined })
  clients.push(client)
  return createPostgresDriver({ db: drizzle(client), clock })
})

runConformance(
  { ...subject, name: 'postgres by way of a database that is given' },
  { describe, test: someChecks, expect, afterAll },
)
