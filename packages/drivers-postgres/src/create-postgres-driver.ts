import { type Clock, manageDriver, MisuseError, type StorageDriver } from '@holdfast/core'
import type { PostgresJsDatabase as DrizzleDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import { PostgresDriver } from './postgres-driver.ts'
import { PostgresJsDatabase } from './postgres-js-database.ts'

/** Where the database is, and how the driver behaves. Give either `url` or `db`. */
export interface PostgresDriverOptions {
  /**
   * `postgres://user:password@host:port/database`, with several hosts apart by commas. Of its
   * parameters it knows `sslmode` (`disable`, `require`, `verify-full`), `target_session_attrs`
   * (`read-write` if there are several hosts) and `prepare`: `prepare=false` is for poolers that keep
   * no prepared statements, such as PgBouncer before 1.21 in transaction mode.
   */
  readonly url?: string | undefined
  /** A Drizzle database over postgres.js that its owner has, and ends. */
  readonly db?: (DrizzleDatabase<never> & { readonly $client: Sql }) | undefined
  /** Most connections at once; with `db`, its own options say. Default 10. */
  readonly maxConnections?: number | undefined
  /** Whether statements are prepared by name; with `url`, its parameter says. Default `true`. */
  readonly prepare?: boolean | undefined
  /** Where to take the time from. Default `Date.now`. */
  readonly clock?: Clock | undefined
}

const defaultMaxConnections = 10

/** Less than the 5 seconds after which a wrong host is to be told. */
const connectTimeoutSeconds = 4

/** Between two attempts of one connection; those of a call have pauses of their own. */
const reconnectPauseSeconds = 0.02

/**
 * Makes the driver for a PostgreSQL database (15 or newer) that any number of runners share. A
 * resolved write is on the server's disk, if the server has `fsync` and `synchronous_commit` on.
 * Nothing is opened until `open()`, which brings the schema `holdfast` up to date if its user may.
 *
 * `open()` rejects with `STORE_UNAVAILABLE`, `STORE_ACCESS_DENIED`, `STORE_NOT_FOUND`,
 * `STORE_NOT_HOLDFAST`, `STORE_NOT_MIGRATED`, `STORE_READ_ONLY` or `STORE_TOO_NEW`.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for a wrong option
 * @example
 * ```ts
 * await using driver = createPostgresDriver({ url: 'postgres://runner@localhost/holdfast' })
 * await driver.open()
 * ```
 */
export function createPostgresDriver(options: PostgresDriverOptions): StorageDriver {
  const { clock = Date.now } = options
  const database = connect(options)
  return manageDriver(new PostgresDriver(database, clock))
}

function connect({ url, db, ...options }: PostgresDriverOptions): PostgresJsDatabase {
  if ((url === undefined) === (db === undefined)) {
    throw new MisuseError('INVALID_ARGUMENT', 'A PostgreSQL driver takes either a url or a db.')
  }
  if (db !== undefined) {
    return new PostgresJsDatabase(db.$client, { prepare: options.prepare ?? true, isOwned: false })
  }
  const { maxConnections = defaultMaxConnections } = options
  if (!Number.isInteger(maxConnections) || maxConnections < 1) {
    throw new MisuseError('INVALID_ARGUMENT', 'maxConnections is a whole number, 1 or more.')
  }
  const { prepare, hasSeveralHosts } = inspectUrl(url)
  const client = postgres(url ?? '', {
    max: maxConnections,
    connect_timeout: connectTimeoutSeconds,
    // It asks for the types of the database at each connection, and we use none of them.
    fetch_types: false,
    onnotice: () => undefined,
    // By default it grows to 20 seconds, and calls would wait for it after the server is back.
    backoff: () => reconnectPauseSeconds,
    connection: { application_name: 'holdfast' },
    ...(hasSeveralHosts ? { target_session_attrs: 'read-write' as const } : {}),
  })
  return new PostgresJsDatabase(client, { prepare: options.prepare ?? prepare, isOwned: true })
}

/** Reads what this driver needs of a URL. No error quotes it, for it may have a password in it. */
function inspectUrl(url: unknown): {
  readonly prepare: boolean
  readonly hasSeveralHosts: boolean
} {
  if (typeof url !== 'string' || !/^postgres(?:ql)?:\/\//.test(url)) throw wrongUrl()
  const [authority = '', query = ''] = url.replace(/^[^/]+\/\//, '').split('?')
  const hosts = authority.split('/')[0]?.split('@').at(-1)?.split(',') ?? []
  // `URL` knows one host only.
  if (!URL.canParse(hosts.length > 1 ? url.replace(/,[^/?]*/, '') : url)) throw wrongUrl()
  const parameters = new URLSearchParams(query)
  return {
    prepare: parameters.get('prepare') !== 'false',
    hasSeveralHosts: hosts.length > 1 && !parameters.has('target_session_attrs'),
  }
}

function wrongUrl(): MisuseError {
  return new MisuseError(
    'STORE_URL_INVALID',
    'The URL of a PostgreSQL store is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with what is special in user and password percent-encoded.',
  )
}
