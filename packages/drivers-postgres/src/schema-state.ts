import { HoldfastError } from '@holdfast/core'
import { asc, max, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { schemaVersion } from './migrations.ts'
import { migrations } from './schema.ts'
import type { SqlConnection } from './sql-connection.ts'
import { rawStatement, type Statement, toStatement } from './statement.ts'

const findSchema: Statement = rawStatement(sql`
  SELECT to_regnamespace('holdfast') IS NOT NULL AS has_schema,
    to_regclass('holdfast.migrations') IS NOT NULL AS has_migrations,
    current_setting('server_encoding') AS encoding,
    pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_read_only`)

const db = drizzle.mock()

const readVersion: Statement = toStatement(
  db
    .select({
      version: sql`${max(migrations.version)}`.as('version'),
      works_with: sql`${max(migrations.worksWith)}`.as('works_with'),
    })
    .from(migrations),
)

/** Has those who migrate come one after the other. */
export const lockMigrations: Statement = toStatement(
  db
    .select({ version: migrations.version })
    .from(migrations)
    .orderBy(asc(migrations.version))
    .for('update'),
)

/**
 * Finds out how far the schema of the database is; 0 where there is none.
 *
 * @throws {@link HoldfastError} `STORE_READ_ONLY`, `STORE_NOT_HOLDFAST` or `STORE_TOO_NEW`
 */
export async function readSchemaVersion(connection: SqlConnection): Promise<number> {
  const [found] = await connection.run(findSchema, {})
  if (found?.['is_read_only'] === true) throw readOnly()
  if (found?.['encoding'] !== 'UTF8') throw wrongEncoding(String(found?.['encoding']))
  if (found?.['has_schema'] !== true) return 0
  if (found['has_migrations'] !== true) throw notHoldfast('has no table holdfast.migrations')
  const [row] = await connection.run(readVersion, {}).catch((error: unknown) => {
    throw isUndefinedColumn(error) ? notHoldfast('has another table holdfast.migrations') : error
  })
  const version = Number(row?.['version'] ?? 0)
  const worksWith = Number(row?.['works_with'] ?? 0)
  if (worksWith > schemaVersion) throw tooNew(version)
  return version
}

function isUndefinedColumn(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42703'
}

function readOnly(): HoldfastError {
  return new HoldfastError(
    'STORE_READ_ONLY',
    'The PostgreSQL server takes no writes: it is a replica, or its transactions are set to read only. Name the primary, or several hosts, of which the one that takes writes is chosen.',
  )
}

function wrongEncoding(encoding: string): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_HOLDFAST',
    `The encoding of the database is ${encoding}; keys of Holdfast need UTF8. Create a database with ENCODING 'UTF8' and name that.`,
    { context: { encoding } },
  )
}

function notHoldfast(what: string): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_HOLDFAST',
    `The database has a schema named holdfast that is not of Holdfast: it ${what}. Name another database. Nothing was changed.`,
  )
}

function tooNew(version: number): HoldfastError {
  return new HoldfastError(
    'STORE_TOO_NEW',
    `The schema of the database has version ${version}, and this Holdfast knows versions up to ${schemaVersion}. Run the newer Holdfast that migrated it. Nothing was changed.`,
    { context: { found: version, supported: schemaVersion } },
  )
}
