import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeValue, HoldfastError, type StorageDriver } from '@holdfast/core'
import type {
  PostgresMigrationOptions,
  PostgresMigrationResult,
  PostgresRoles,
} from '@holdfast/drivers-postgres'
import { importDriver } from './import-driver.ts'

/** Where things are stored when nobody says where, from the working directory. */
export const defaultStore = 'file:.holdfast/store.db'

/** How a store is opened. */
export interface OpenStoreOptions {
  /** Whether a file that is not there is made, or `STORE_NOT_FOUND`. */
  readonly create: boolean
  /** Whether the schema of a database is brought up to date, or has to be. Default: as `create`. */
  readonly migrate?: boolean
  readonly signal: AbortSignal
}

/**
 * Opens the store that a URL names; whoever calls closes it.
 *
 * - `file:PATH`, `memory:`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`: the built-in drivers.
 * - `PACKAGE:LOCATION`: a driver by the name of its package, looked up from the working directory.
 * - `./MODULE.js#LOCATION`: a driver by the path of its module.
 *
 * A driver's module exports `createDriver(location)`, which returns a `StorageDriver`, or a promise
 * of one, not open yet.
 *
 * @throws {@link HoldfastError} `STORE_URL_INVALID`, `DRIVER_NOT_FOUND`, `STORE_NOT_FOUND`, or what
 * the driver's `open` rejects with
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<StorageDriver> {
  const driver = await createDriver(parseStoreUrl(url), options)
  await driver.open({ signal: options.signal })
  return driver
}

/**
 * A store's URL without what may be secret in it: the password of a database, its parameters, and the
 * location of a driver that we do not know.
 */
export function describeStore(url: string): string {
  const { driver } = parseStoreUrl(url)
  if (postgresSchemes.includes(driver)) return url.replace(/\/\/.*@/su, '//').replace(/\?.*/su, '')
  return builtIn.has(driver) ? url : `${driver} (location not shown)`
}

interface StoreUrl {
  /** A built-in scheme, the name of a package or the path of a module. */
  readonly driver: string
  readonly location: string
}

const modulePattern = /^(?<driver>[./][^#]*\.[cm]?[jt]s)(?:#(?<location>.*))?$/su
const schemePattern =
  /^(?<driver>(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*):(?<location>.*)$/su

function parseStoreUrl(url: string): StoreUrl {
  const { driver, location } = (modulePattern.exec(url) ?? schemePattern.exec(url))?.groups ?? {}
  if (driver !== undefined) return { driver, location: location ?? '' }
  throw new HoldfastError(
    'STORE_URL_INVALID',
    `The URL of a store is file:PATH, memory:, postgres://HOST/DATABASE, PACKAGE:LOCATION for the driver in a package, or ./MODULE.js#LOCATION for the driver in a file; got ${describeValue(url)}. Write file: before the path of a store's file.`,
  )
}

const postgresSchemes: readonly string[] = ['postgres', 'postgresql']

const builtIn: ReadonlyMap<
  string,
  (location: string, options: OpenStoreOptions) => Promise<StorageDriver>
> = new Map([
  ['file', openFile],
  ['memory', openMemory],
  ...postgresSchemes.map((scheme) => [scheme, openPostgres] as const),
])

async function createDriver(
  { driver, location }: StoreUrl,
  options: OpenStoreOptions,
): Promise<StorageDriver> {
  const create = builtIn.get(driver)
  return create === undefined ? importDriver(driver, location) : create(location, options)
}

async function openFile(location: string, { create }: OpenStoreOptions): Promise<StorageDriver> {
  if (location === '') {
    throw new HoldfastError('STORE_URL_INVALID', 'Name the file, as in file:./store.db.')
  }
  const path = location.startsWith('///') ? fileURLToPath(`file:${location}`) : resolve(location)
  if (!create && !existsSync(path)) {
    throw new HoldfastError(
      'STORE_NOT_FOUND',
      `There is no store at ${path}. Name the one that you mean with --store or HOLDFAST_STORE, or run a tool first, which makes it.`,
      { context: { path } },
    )
  }
  // Nobody chose this folder, so nobody can be expected to have made it.
  if (`file:${location}` === defaultStore)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const { createFileDriver } = await import('@holdfast/drivers-file')
  return createFileDriver({ path })
}

async function openMemory(location: string): Promise<StorageDriver> {
  if (location !== '') {
    throw new HoldfastError(
      'STORE_URL_INVALID',
      'Nothing comes after memory: in the URL of a store.',
    )
  }
  const { createMemoryDriver } = await import('@holdfast/drivers-memory')
  return createMemoryDriver()
}

async function openPostgres(
  location: string,
  { create, migrate = create }: OpenStoreOptions,
): Promise<StorageDriver> {
  const { createPostgresDriver } = await import('@holdfast/drivers-postgres')
  return createPostgresDriver({ url: `postgres:${location}`, migrate })
}

/** How the schema of a store is migrated. */
export interface StoreMigrations {
  /** Brings it up to date, and switches row-level security where that is said. */
  migrate(options: MigrationChoices): Promise<PostgresMigrationResult>
  /** The SQL that `migrate` would run; empty where there is nothing to do. */
  plan(options: MigrationChoices): Promise<string>
}

type MigrationChoices = Pick<PostgresMigrationOptions, 'rowLevelSecurity'>

/**
 * The migrations of the store that a URL names.
 *
 * @throws {@link HoldfastError} `USAGE` for a store that needs none, `STORE_URL_INVALID`
 */
export async function migrationsOf(url: string): Promise<StoreMigrations> {
  const { driver, location } = parseStoreUrl(url)
  if (!postgresSchemes.includes(driver)) {
    throw new HoldfastError(
      'USAGE',
      `The store ${describeStore(url)} needs no migrations: its driver brings it up to date when it is opened. Name a database with --store postgres://HOST/DATABASE.`,
    )
  }
  const { migratePostgres, planPostgresMigration } = await import('@holdfast/drivers-postgres')
  const database = { url: `postgres:${location}` }
  return {
    migrate: (choices) => migratePostgres({ ...database, ...choices }),
    plan: (choices) => planPostgresMigration({ ...database, ...choices }),
  }
}

/** The SQL of the roles for a store. */
export async function rolesSql(roles: PostgresRoles): Promise<string> {
  const { postgresRolesSql } = await import('@holdfast/drivers-postgres')
  return postgresRolesSql(roles)
}
