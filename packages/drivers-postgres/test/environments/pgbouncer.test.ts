import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { findPgBouncer, PgBouncer } from '@holdfast/test-postgres'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Databases } from '../databases.ts'
import { createPostgresSubject } from '../postgres-subject.ts'

const program = findPgBouncer()

if (program === null) {
  describe.skip('through PgBouncer (skipped: pgbouncer is not installed)', () => {
    test('the driver keeps the storage contract', () => undefined)
  })
} else {
  const databases = new Databases()
  const bouncer = await PgBouncer.start(program, inject('postgresUrl'))
  const subject = createPostgresSubject(databases, (url, clock) =>
    createPostgresDriver({ url: bouncer.through(url), prepare: false, clock }),
  )
  runConformance(
    { ...subject, name: 'postgres through PgBouncer' },
    { describe, test, expect, afterAll },
  )
  afterAll(async () => {
    await bouncer[Symbol.asyncDispose]()
    await databases[Symbol.asyncDispose]()
  })
}
