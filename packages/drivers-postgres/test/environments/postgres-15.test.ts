import { runConformance } from '@holdfast/driver-testkit'
import {
  Databases,
  findSystemPrograms,
  forgetful,
  ThrowawayPostgres,
} from '@holdfast/test-postgres'
import { afterAll, describe, expect, inject } from 'vitest'
import { createPostgresSubject } from '../postgres-subject.ts'
import { skipReason } from '../skip-reason.ts'
import { someChecks } from './some-checks.ts'

const programs = findSystemPrograms(15)
const why = skipReason(programs === null, 'the system has no PostgreSQL 15')
const server =
  programs === null ? null : await ThrowawayPostgres.start({ programs, settings: forgetful })
const databases = new Databases(server?.url ?? inject('postgresUrl'))

afterAll(async () => {
  await databases[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

runConformance(
  { ...createPostgresSubject(databases), name: `postgres 15${why}` },
  { describe: server === null ? describe.skip : describe, test: someChecks, expect, afterAll },
)
