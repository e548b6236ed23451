import { runConformance } from '@holdfast/driver-testkit'
import {
  Databases,
  findSystemPrograms,
  forgetful,
  ThrowawayPostgres,
} from '@holdfast/test-postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { createPostgresSubject } from '../postgres-subject.ts'
import { someChecks } from './some-checks.ts'

const programs = findSystemPrograms(15)

if (programs === null) {
  describe.skip('on PostgreSQL 15 (skipped: the system has none)', () => {
    test('the driver keeps the storage contract', () => undefined)
  })
} else {
  const server = await ThrowawayPostgres.start({ programs, settings: forgetful })
  const databases = new Databases(server.url)
  const subject = createPostgresSubject(databases)
  runConformance(
    { ...subject, name: 'postgres 15' },
    { describe, test: someChecks, expect, afterAll },
  )
  afterAll(async () => {
    await databases[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
}
