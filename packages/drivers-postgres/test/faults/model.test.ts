import { formatModelCheck, runModelCheck } from '@holdfast/driver-testkit'
import { afterAll, expect, test } from 'vitest'
import { Databases } from '../databases.ts'
import { createPostgresSubject } from '../postgres-subject.ts'

// `pnpm soak` sets the seed.
const soak = process.env['HOLDFAST_SOAK']
const commands = soak === undefined ? 500 : 10_000
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

test(`answers ${commands} commands as the model does`, async ({ annotate }) => {
  const subject = createPostgresSubject(databases)
  const run = await runModelCheck({ subject, commands, seed: Number(soak ?? 1) })
  await annotate(formatModelCheck(run))
  expect(run.commands).toBeGreaterThanOrEqual(commands)
  expect(run.byKind['write a stream']).toBeGreaterThan(commands / 50)
}, 1_800_000)
