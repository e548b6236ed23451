import { MisuseError } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { describe, expect, test, vi } from 'vitest'
import { parsePostgresUrl } from '../src/postgres-url.ts'

const secret = 'open-sesame'

describe('the URL of a store', () => {
  test('names its hosts, user, password and database', () => {
    const url = `postgres://a%40da:p%2Fw@db1:5433,[::1],%2Fvar%2Frun:6543/my%20db`
    expect(parsePostgresUrl(url)).toMatchObject({
      hosts: ['db1', '::1', '/var/run'],
      ports: [5433, 5432, 6543],
      user: 'a@da',
      password: 'p/w',
      database: 'my db',
    })
  })

  test('has parameters for the pool, for TLS and for what the driver asks of the server', () => {
    const parameters = String(
      new URLSearchParams({
        application_name: 'mine',
        connect_timeout: '2',
        idle_timeout: '30',
        max_connections: '4',
        max_lifetime: '600',
        prepare: 'false',
        row_level_security: 'true',
        sslmode: 'verify-full',
        sslrootcert: '/ca.pem',
        statement_timeout: '5000',
        target_session_attrs: 'read-write',
      }),
    )
    expect(parsePostgresUrl(`postgresql://localhost/db?${parameters}`)).toMatchObject({
      applicationName: 'mine',
      connectTimeoutSeconds: 2,
      idleTimeoutSeconds: 30,
      maxConnections: 4,
      maxLifetimeSeconds: 600,
      prepare: false,
      rowLevelSecurity: true,
      sslMode: 'verify-full',
      sslRootCertificate: '/ca.pem',
      statementTimeoutMs: 5000,
    })
  })

  test.for([
    ['no text', 7, 'postgres://USER:PASSWORD@HOST'],
    ['another scheme', 'mysql://localhost/db', 'postgres://USER'],
    ['a host with a blank', `postgres://ada:${secret}@local host/db`, 'postgres://USER'],
    ['a wrong port', `postgres://ada:${secret}@localhost:port/db`, 'postgres://USER'],
    ['a port that is too large', `postgres://ada:${secret}@localhost:65536/db`, 'postgres://USER'],
    ['a wrong escape', `postgres://ada:%${secret}@localhost/db`, 'percent-encoded'],
    ['a password with an @', `postgres://ada:p@${secret}@localhost/db`, 'percent-encoded'],
    ['a password with a /', `postgres://ada:p/${secret}@localhost/db`, 'percent-encoded'],
    ['a fragment', `postgres://ada:p#${secret}@localhost/db`, 'percent-encoded'],
    [
      'a mistyped parameter',
      `postgres://ada:${secret}@localhost/db?sslmod=require`,
      'In the URL of the store, the parameter sslmod is not known (did you mean sslmode?): there are application_name, ',
    ],
    [
      'a password as a parameter',
      `postgres://ada@localhost/db?password=${secret}`,
      'the parameter password is not known: there are',
    ],
    ['a secret for a parameter', `postgres://ada@localhost/db?${secret}`, 'one of its parameters'],
    ['a parameter twice', 'postgres://localhost/db?prepare=true&prepare=false', 'there twice'],
    [
      'a wrong sslmode',
      `postgres://ada:${secret}@localhost/db?sslmode=${secret}`,
      'sslmode is one of disable, prefer, require, verify-ca, verify-full',
    ],
    ['a wrong flag', 'postgres://localhost/db?prepare=no', 'prepare is one of true, false'],
    [
      'no time',
      'postgres://localhost/db?statement_timeout=5s',
      'statement_timeout is a whole number from 1',
    ],
    ['no connections', 'postgres://localhost/db?max_connections=0', 'max_connections is a whole'],
    ['a standby', 'postgres://localhost/db?target_session_attrs=standby', 'read-write, primary'],
    [
      'a certificate that is not there',
      `postgres://ada:${secret}@localhost/db?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
      '/nowhere/ca.pem cannot be read',
    ],
    [
      'a certificate that nothing is held against',
      'postgres://localhost/db?sslrootcert=/ca.pem',
      'sslrootcert asks for sslmode=verify-full',
    ],
  ] as const)('is refused with %s, and not quoted', ([, url, reason]) => {
    const make = (): unknown => createPostgresDriver({ url: url as string })
    expect(make).toThrow(MisuseError)
    expect(make).toThrow(expect.objectContaining({ code: 'STORE_URL_INVALID' }))
    expect(make).toThrow(reason)
    expect(make).not.toThrow(secret)
  })
})

test('what the environment asks of servers is not heeded', () => {
  vi.stubEnv('PGTARGETSESSIONATTRS', 'any')
  expect(() => createPostgresDriver({ url: 'postgres://localhost/db' })).not.toThrow()
  vi.unstubAllEnvs()
})

test.for([0, 1.5, -1, Number.NaN, 2 ** 31])('%d is no statement timeout', (statementTimeoutMs) => {
  const url = 'postgres://localhost/db'
  expect(() => createPostgresDriver({ url, statementTimeoutMs })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

test('a Drizzle database over a client that is not known is refused', () => {
  const db = { $client: { query: () => undefined } }
  expect(() => createPostgresDriver({ db: db as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('url') }),
  )
})
