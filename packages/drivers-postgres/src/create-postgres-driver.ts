import { type Clock, manageDriver, MisuseError, type StorageDriver } from '@holdfast/core'
import type { Sql } from 'postgres'
import { connectPostgres } from './connect-postgres.ts'
import { NodePostgresDatabase, type NodePostgresPool } from './node-postgres-database.ts'
import { PostgresDriver } from './postgres-driver.ts'
import { PostgresJsDatabase } from './postgres-js-database.ts'
import { parsePostgresUrl, type PostgresUrl } from './postgres-url.ts'
import { prepareStore } from './prepare-store.ts'
import type { SqlDatabase } from './sql-connection.ts'
import { TransactionSettings } from './transaction-settings.ts'

/** Where the database is, and how the driver behaves. Give either `url` or `db`. */
export interface PostgresDriverOptions {
  /**
   * `postgres://user:password@host:port/database`, with several hosts apart by commas, of which the
   * one that takes writes is used. Its parameters, of which any other is refused:
   *
   * - `sslmode`: `disable` (default), `prefer`, `require`, `verify-ca`, `verify-full`; `sslrootcert`:
   *   a file of certificates to trust instead of those of Node.
   * - `max_connections` (default 10); in seconds `connect_timeout` (default 4), `idle_timeout` and
   *   `max_lifetime` (default: none); `application_name` (default `holdfast`).
   * - `prepare`: whether statements are prepared by name. By default they are where no pooler stands
   *   between; `true` is for poolers that keep them, such as PgBouncer from 1.21 on.
   * - `statement_timeout` in milliseconds, and `row_level_security`: see the options.
   * - `target_session_attrs`: `read-write` or `primary`, which it is anyway.
   */
  readonly url?: string | undefined
  /**
   * A Drizzle database over postgres.js, or over a `Pool` of node-postgres, that its owner has, and
   * ends. Over node-postgres a transaction needs a round trip for each of its statements.
   */
  readonly db?: { readonly $client: Sql | NodePostgresPoolLike } | undefined
  /** Most connections at once; with `db`, its own options say. Default 10. */
  readonly maxConnections?: number | undefined
  /** Whether statements are prepared by name. Default: as the URL says; with `db`, `true`. */
  readonly prepare?: boolean | undefined
  /**
   * After so many milliseconds the server gives up a statement, which then fails with `STORE_BUSY`.
   * It is set in each transaction, which makes one of each lone statement too; a timeout of the role,
   * by `ALTER ROLE`, costs nothing. Default: what the server says.
   */
  readonly statementTimeoutMs?: number | undefined
  /**
   * Whether the policies of row-level security have to apply: `open()` then rejects with
   * `STORE_NOT_PROTECTED` where they do not. Where they apply, they are heeded in any case.
   */
  readonly rowLevelSecurity?: boolean | undefined
  /** Whether `open()` brings the schema up to date, if its user may. Default `true`. */
  readonly migrate?: boolean | undefined
  /** Where to take the time from. Default `Date.now`. */
  readonly clock?: Clock | undefined
}

/** By which a `Pool` of node-postgres is known: a program need not have its types. */
export interface NodePostgresPoolLike {
  readonly totalCount: number
  readonly options: object
}

const longestTimeoutMs = 2_147_483_647

/**
 * Makes the driver for a PostgreSQL database (15 or newer) that any number of runners share. A
 * resolved write is on the server's disk, if the server has `fsync` and `synchronous_commit` on.
 * Nothing is opened until `open()`, which brings the schema `holdfast` up to date if its user may.
 *
 * `open()` rejects with `STORE_UNAVAILABLE`, `STORE_ACCESS_DENIED`, `STORE_NOT_FOUND`,
 * `STORE_NOT_HOLDFAST`, `STORE_NOT_MIGRATED`, `STORE_NOT_PROTECTED`, `STORE_READ_ONLY` or
 * `STORE_TOO_NEW`.
 *
 * @throws {@link MisuseError} `STORE_URL_INVALID`; `INVALID_ARGUMENT` for another wrong option
 * @example
 * ```ts
 * await using driver = createPostgresDriver({ url: 'postgres://runner@localhost/holdfast' })
 * await driver.open()
 * ```
 */
export function createPostgresDriver(options: PostgresDriverOptions): StorageDriver {
  const { clock = Date.now } = options
  if ((options.url === undefined) === (options.db === undefined)) {
    throw new MisuseError('INVALID_ARGUMENT', 'A PostgreSQL driver takes either a url or a db.')
  }
  const url = options.url === undefined ? null : parsePostgresUrl(options.url)
  const pool = url === null ? null : connectPostgres(url, options)
  const database = pool ?? databaseOf(options)
  const settings = new TransactionSettings(database, statementTimeoutOf(url, options))
  const prepare = {
    migrate: options.migrate ?? true,
    rowLevelSecurity: options.rowLevelSecurity ?? url?.rowLevelSecurity ?? false,
  }
  const open = async (): Promise<void> => {
    try {
      const isProtected = await prepareStore(database, prepare)
      if (isProtected) settings.nameWorkspaces()
      pool?.expectProtection(isProtected)
    } catch (error) {
      // It may be tried again, or never, and then nobody closes it.
      await pool?.endIdle()
      throw error
    }
  }
  return manageDriver(new PostgresDriver(settings, clock, open))
}

function databaseOf({ db, prepare = true }: PostgresDriverOptions): SqlDatabase {
  const client: unknown = db?.$client
  if (isPostgresJs(client)) return new PostgresJsDatabase(client, prepare)
  if (isNodePostgresPool(client)) return new NodePostgresDatabase(client, prepare)
  throw new MisuseError(
    'INVALID_ARGUMENT',
    'The option db is a Drizzle database over postgres.js, or over a Pool of node-postgres without binary. For any other client, give the url.',
  )
}

function isPostgresJs(client: unknown): client is Sql {
  return typeof client === 'function' && 'unsafe' in client && 'begin' in client
}

/** A lone client of node-postgres has no count of clients. In binary it would garble bytes. */
function isNodePostgresPool(client: unknown): client is NodePostgresPool {
  return (
    typeof client === 'object' &&
    client !== null &&
    'connect' in client &&
    'totalCount' in client &&
    'options' in client &&
    (client as NodePostgresPool).options.binary !== true
  )
}

function statementTimeoutOf(
  url: PostgresUrl | null,
  options: PostgresDriverOptions,
): number | null {
  const timeout = options.statementTimeoutMs ?? url?.statementTimeoutMs ?? null
  if (timeout === null) return null
  if (Number.isInteger(timeout) && timeout >= 1 && timeout <= longestTimeoutMs) return timeout
  throw new MisuseError(
    'INVALID_ARGUMENT',
    `statementTimeoutMs is a whole number from 1 to ${longestTimeoutMs}.`,
  )
}
