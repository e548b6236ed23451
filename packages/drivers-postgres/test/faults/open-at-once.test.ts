import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import postgres from 'postgres'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { migrations } from '../../src/migrations.ts'
import { Databases } from '../databases.ts'
import { listAll, usageMustBeExact } from './store-of-test.ts'

const processes = 8
const program = join(import.meta.dirname, '../fixtures/open-and-write.ts')
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

test(`${processes} processes that open an empty database at once migrate it once, and all serve`, async () => {
  const url = await databases.create()
  onTestFinished(() => databases.drop(url))
  const names = Array.from({ length: processes }, (_, index) => `process-${index}`)
  const children = names.map((name) => start(url, name))
  await Promise.all(children.map(({ isReady }) => isReady))
  for (const { child } of children) child.stdin?.end('go')
  const outcomes = await Promise.all(children.map(({ outcome }) => outcome))
  expect(outcomes).toEqual(names.map(() => ({ code: 0, errors: '' })))

  const client = postgres(url, { max: 1 })
  const rows = await client`SELECT version, name FROM holdfast.migrations ORDER BY version`
  await client.end()
  expect([...rows]).toEqual(migrations.map(({ version, name }) => ({ version, name })))
  await using driver = createPostgresDriver({ url })
  await driver.open()
  expect([...(await listAll(driver)).keys()]).toEqual(names)
  await usageMustBeExact(driver)
})

interface Started {
  readonly child: ChildProcess
  /** Resolves when it waits for the word to open. */
  readonly isReady: Promise<unknown>
  readonly outcome: Promise<{ readonly code: unknown; readonly errors: string }>
}

function start(url: string, name: string): Started {
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', program, url, name])
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const outcome = Promise.all([ended, text(child.stderr)]).then(([[code], errors]) => ({
    code: code as unknown,
    errors,
  }))
  // Where it ends before, the outcome tells why.
  return { child, isReady: Promise.race([once(child.stdout, 'data'), ended]), outcome }
}
