import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { afterAll, describe, expect } from 'vitest'
import { createPostgresSubject } from '../postgres-subject.ts'
import { ProtectedDatabases, runnerUrl } from '../protected-databases.ts'
import { someChecks } from './some-checks.ts'

const databases = new ProtectedDatabases()
afterAll(() => databases[Symbol.asyncDispose]())

const subject = createPostgresSubject(databases, (url, clock) =>
  createPostgresDriver({ url: runnerUrl(url), clock, rowLevelSecurity: true }),
)

runConformance(subject, { describe, test: someChecks, expect, afterAll })
