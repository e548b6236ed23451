import { createServer, type Server } from 'node:net'
import { isHoldfastError } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import type { Sql } from 'postgres'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Databases } from './databases.ts'
import { freshDatabase } from './fresh-database.ts'

const secret = 'open-sesame'
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url)
  change(copy)
  return copy.href
}

async function failureOf(url: string): Promise<Error> {
  await using driver = createPostgresDriver({ url })
  const error: unknown = await driver.open().catch((thrown: unknown) => thrown)
  if (!isHoldfastError(error)) throw new Error(`It opened, or failed with ${String(error)}`)
  const seen = [error.message, JSON.stringify(error), error.stack, String(error.cause)].join('\n')
  expect(seen).not.toContain(secret)
  expect(seen).not.toContain(new URL(inject('postgresUrl')).password + '@')
  return error
}

describe('opening is refused', () => {
  test('with STORE_UNAVAILABLE where nobody listens', async () => {
    const port = await portOf(createServer(), (server) => server.close())
    const error = await failureOf(`postgres://ada:${secret}@127.0.0.1:${port}/holdfast`)
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: `The database is out of reach: no server at 127.0.0.1:${port} (connection refused). Try again.`,
    })
  })

  test('with STORE_UNAVAILABLE that names each of several hosts', async () => {
    const port = await portOf(createServer(), (server) => server.close())
    const error = await failureOf(`postgres://ada:${secret}@127.0.0.1:${port},[::1]:${port}/a`)
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(`127.0.0.1:${port} [^;]+; [^;]*\\[::1\\]:${port}`),
    })
  })

  test('with STORE_UNAVAILABLE for a host that there is not', async () => {
    const error = await failureOf(`postgres://ada:${secret}@nohost.invalid/holdfast`)
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/the host nohost\.invalid is(?: not known)?/),
    })
  })

  test('with STORE_UNAVAILABLE that names the folder where no socket is', async () => {
    const error = await failureOf(`postgres://ada:${secret}@%2Fnowhere/holdfast`)
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('no server at /nowhere/.s.PGSQL.5432 (no such socket)'),
    })
  })

  test('with STORE_UNAVAILABLE where nobody answers', async () => {
    const silent = createServer()
    const port = await portOf(silent)
    const error = await failureOf(`postgres://ada:${secret}@127.0.0.1:${port}/holdfast`)
    silent.close()
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining(`127.0.0.1:${port} did not answer in 4 s`),
    })
  })

  test('with STORE_UNAVAILABLE where no PostgreSQL answers, and hangs up', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    const port = await portOf(other)
    const error = await failureOf(`postgres://ada:${secret}@127.0.0.1:${port}/holdfast`)
    other.close()
    expect(error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining(`127.0.0.1:${port} hung up`),
    })
  })

  test('with STORE_ACCESS_DENIED for a wrong password', async () => {
    const url = changed(inject('postgresUrl'), (copy) => (copy.password = secret))
    expect(await failureOf(url)).toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      retryable: false,
      message: expect.stringContaining('password is wrong'),
    })
  })

  test('with STORE_NOT_FOUND for a database that is not there', async () => {
    const url = changed(inject('postgresUrl'), (copy) => (copy.pathname = '/nowhere'))
    expect(await failureOf(url)).toMatchObject({ code: 'STORE_NOT_FOUND' })
  })

  test.for([
    ['STORE_BUSY', 'CONNECTION LIMIT 0', 'no connection left: lower max_connections'],
    ['STORE_ACCESS_DENIED', 'NOLOGIN', 'it may demand TLS'],
    ['STORE_ACCESS_DENIED', 'NOINHERIT', 'GRANT CONNECT ON DATABASE'],
  ] as const)('with %s for a role that has %s, and with what to do', async ([code, has, says]) => {
    await using database = await freshDatabase(databases)
    const name = new URL(database.url).pathname.slice(1)
    const role = `role_${crypto.randomUUID().replaceAll('-', '')}`
    await database.admin.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`)
    await database.admin.unsafe(`ALTER ROLE ${role} ${has}`)
    await database.admin.unsafe(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`)
    const url = changed(database.url, (copy) => {
      copy.username = role
      copy.password = secret
    })
    expect(await failureOf(url)).toMatchObject({ code, message: expect.stringContaining(says) })
    await database.admin.unsafe(`DROP ROLE ${role}`)
  })

  test('with STORE_NOT_MIGRATED for a user who may not make the schema, and nothing is made', async () => {
    await using database = await freshDatabase(databases)
    const role = `role_${crypto.randomUUID().replaceAll('-', '')}`
    await database.admin.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`)
    const url = changed(database.url, (copy) => {
      copy.username = role
      copy.password = secret
    })
    expect(await failureOf(url)).toMatchObject({ code: 'STORE_NOT_MIGRATED' })
    expect(await schemasOf(database.admin)).toEqual([])
    await database.admin.unsafe(`DROP ROLE ${role}`)
  })

  test('with STORE_ACCESS_DENIED for a user who may not look into the schema', async () => {
    await using database = await freshDatabase(databases)
    await using driver = createPostgresDriver({ url: database.url })
    await driver.open()
    const role = `role_${crypto.randomUUID().replaceAll('-', '')}`
    await database.admin.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}'`)
    const url = changed(database.url, (copy) => {
      copy.username = role
      copy.password = secret
    })
    expect(await failureOf(url)).toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      message: expect.stringContaining('lacks a right'),
    })
    await database.admin.unsafe(`DROP ROLE ${role}`)
  })

  test('with STORE_TOO_NEW for a schema that this code does not know', async () => {
    await using database = await freshDatabase(databases)
    await createdBy(database.url)
    await database.admin`INSERT INTO holdfast.migrations VALUES (99, 'later', 0, 99)`
    const error = await failureOf(database.url)
    expect(error).toMatchObject({ code: 'STORE_TOO_NEW', context: { found: 99 } })
  })

  test.for([
    ['a schema of the same name', 'CREATE SCHEMA holdfast'],
    [
      'a table of the same name',
      'CREATE SCHEMA holdfast; CREATE TABLE holdfast.migrations (id integer)',
    ],
  ] as const)('with STORE_NOT_HOLDFAST for %s that is not ours', async ([, sql]) => {
    await using database = await freshDatabase(databases)
    await database.admin.unsafe(sql)
    expect(await failureOf(database.url)).toMatchObject({ code: 'STORE_NOT_HOLDFAST' })
  })

  test('with STORE_READ_ONLY by a server that takes no writes', async () => {
    await using database = await freshDatabase(databases)
    const name = new URL(database.url).pathname.slice(1)
    await database.admin.unsafe(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    expect(await failureOf(database.url)).toMatchObject({ code: 'STORE_READ_ONLY' })
  })

  test('with STORE_NOT_HOLDFAST for a database that does not know all of Unicode', async () => {
    await using database = await freshDatabase(databases)
    const name = `latin_${crypto.randomUUID().replaceAll('-', '')}`
    await database.admin.unsafe(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
    )
    const url = changed(database.url, (copy) => (copy.pathname = `/${name}`))
    const error = await failureOf(url)
    expect(error).toMatchObject({ code: 'STORE_NOT_HOLDFAST', context: { encoding: 'LATIN1' } })
    await databases.drop(url)
  })
})

test('an opening that was refused keeps no connection', async () => {
  await using database = await freshDatabase(databases)
  const driver = createPostgresDriver({ url: database.url, migrate: false })
  await expect(driver.open()).rejects.toMatchObject({ code: 'STORE_NOT_MIGRATED' })
  await expect
    .poll(
      () => database.admin`SELECT FROM pg_stat_activity WHERE application_name = 'holdfast'
      AND datname = current_database()`,
    )
    .toHaveLength(0)
  await createdBy(database.url)
  await expect(driver.open()).resolves.toBe(undefined)
  await driver.close()
})

test('a schema that newer code has added to goes on to be used', async () => {
  await using database = await freshDatabase(databases)
  await createdBy(database.url)
  await database.admin`INSERT INTO holdfast.migrations VALUES (99, 'adds', 0, 1)`
  await expect(createdBy(database.url)).resolves.toBe(undefined)
})

test('eight who open an empty database at the same moment migrate it once', async () => {
  await using database = await freshDatabase(databases)
  await Promise.all(Array.from({ length: 8 }, () => createdBy(database.url)))
  const rows = await database.admin`SELECT version FROM holdfast.migrations`
  expect(rows.map(({ version }) => version as number)).toEqual([1, 2])
})

async function createdBy(url: string): Promise<void> {
  await using driver = createPostgresDriver({ url })
  await driver.open()
}

async function schemasOf(admin: Sql): Promise<readonly unknown[]> {
  return [...(await admin`SELECT nspname FROM pg_namespace WHERE nspname = 'holdfast'`)]
}

async function portOf(server: Server, then?: (server: Server) => void): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  then?.(server)
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
