import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { parseStorageKey } from '@holdfast/core'
import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { findPgBouncer, PgBouncer } from '@holdfast/test-postgres'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Databases } from '../databases.ts'
import { Ledger, scope } from '../faults/store-of-test.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { skipReason } from '../skip-reason.ts'
import { someChecks } from './some-checks.ts'

const program = findPgBouncer()
const why = skipReason(program === null, 'pgbouncer is not installed')
const bouncer = program === null ? null : await PgBouncer.start(program, inject('postgresUrl'))
const through = (url: string): string => bouncer?.through(url) ?? url
const databases = new Databases()

afterAll(async () => {
  await bouncer?.[Symbol.asyncDispose]()
  await databases[Symbol.asyncDispose]()
})

const subject = createPostgresSubject(databases, (url, clock) =>
  createPostgresDriver({ url: through(url), clock }),
)
runConformance(
  { ...subject, name: `postgres through PgBouncer${why}` },
  { describe: bouncer === null ? describe.skip : describe, test: someChecks, expect, afterAll },
)

test.skipIf(bouncer === null)(
  'the driver finds out by itself that names of statements are not to be relied on there',
  async () => {
    const url = await databases.create()
    const drivers = [1, 2].map(() => createPostgresDriver({ url: through(url), maxConnections: 4 }))
    const ledger = new Ledger()
    await Promise.all(drivers.map((driver) => driver.open()))
    for (let round = 0; round < 5; round++) {
      const writing = Array.from({ length: 40 }, async (_, at) => {
        const driver = drivers[at % 2]
        if (driver === undefined) return
        const key = `${round}-${at}`
        expect(await ledger.write(driver, key, new Uint8Array(at))).toBe('applied')
        await expect(driver.get(scope, [parseStorageKey(key)])).resolves.toMatchObject([{ key }])
      })
      await Promise.all(writing)
    }
    for (const driver of drivers) await ledger.check(driver)
    await Promise.all(drivers.map((driver) => driver.close()))
    await databases.drop(url)
  },
)

test.skipIf(bouncer === null).for<[string, (url: URL) => unknown]>([
  ['a wrong password', (url) => (url.password = 'wrong')],
  ['a user whom it does not know', (url) => (url.username = 'nobody')],
  ['a database that is not there', (url) => (url.pathname = '/nowhere')],
])('%s is refused at the first attempt, and for good', async ([, spoil]) => {
  const url = new URL(through(inject('postgresUrl')))
  spoil(url)
  let attempts = 0
  const target = Number(url.port)
  const between = createServer((client) => {
    attempts++
    const server = connect(target, '127.0.0.1')
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.pipe(server).pipe(client)
  })
  await once(between.listen(0, '127.0.0.1'), 'listening')
  url.port = String((between.address() as AddressInfo).port)
  await using driver = createPostgresDriver({ url: url.href })
  await expect(driver.open()).rejects.toMatchObject({
    code: 'STORE_ACCESS_DENIED',
    retryable: false,
    message: expect.stringContaining('The pooler refused the login'),
  })
  expect(attempts).toBe(1)
  between.close()
})
