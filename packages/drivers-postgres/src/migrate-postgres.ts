import { HoldfastError } from '@holdfast/core'
import { connectPostgres } from './connect-postgres.ts'
import { codeOf, mapPostgresError } from './map-postgres-error.ts'
import { migrate, migrationSql, pendingMigrations } from './migrate.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { retrying } from './retrying.ts'
import { isEnabled, rowLevelSecurityStatements } from './row-level-security.ts'
import { readSchemaVersion } from './schema-state.ts'
import type { SqlDatabase } from './sql-connection.ts'

/** What is to be migrated, and how. */
export interface PostgresMigrationOptions {
  /** Of the database, as `createPostgresDriver` takes it, for the user who owns the schema. */
  readonly url: string
  /** Enables or disables row-level security on all tables that have a workspace. Default: as it is. */
  readonly rowLevelSecurity?: boolean | undefined
}

/** What a migration has done. */
export interface PostgresMigrationResult {
  /** The names of the steps that it applied, in their order. */
  readonly applied: readonly string[]
  /** The version of the schema after it. */
  readonly version: number
  /** Whether row-level security is enabled on all tables that have a workspace. */
  readonly rowLevelSecurity: boolean
}

/** For how long to try to reach the server, in milliseconds. */
const budgetMs = 2_500

/**
 * Brings the schema `holdfast` of a database up to date. However many do so at the same moment, each
 * step is applied once. Runners of the version before go on working. Row-level security is for when
 * no runner is connected: those that are see nothing until they connect anew.
 *
 * @throws {@link HoldfastError} `STORE_NOT_MIGRATED` where the user may not, or what the `open` of the
 * driver throws; nothing was changed then
 */
export async function migratePostgres(
  options: PostgresMigrationOptions,
): Promise<PostgresMigrationResult> {
  return await withDatabase(options, async (database) => {
    const applied = await migrate(database)
    const { rowLevelSecurity } = options
    if (rowLevelSecurity !== undefined) await switchRowLevelSecurity(database, rowLevelSecurity)
    return {
      applied: applied.map(({ name }) => name),
      version: await readSchemaVersion(database),
      rowLevelSecurity: await isEnabled(database),
    }
  })
}

/**
 * The SQL that {@link migratePostgres} would run, in one transaction, as psql takes it. Nothing is
 * changed.
 *
 * @returns an empty text where there is nothing to do
 * @throws {@link HoldfastError} what the `open` of the driver throws
 */
export async function planPostgresMigration(options: PostgresMigrationOptions): Promise<string> {
  return await withDatabase(options, async (database) => {
    const { rowLevelSecurity } = options
    const statements = [
      ...(await migrationSql(await pendingMigrations(database))),
      ...(rowLevelSecurity === undefined
        ? []
        : await rowLevelSecurityStatements(database, rowLevelSecurity)),
    ]
    return statements.length === 0 ? '' : `${['BEGIN;', ...statements, 'COMMIT;'].join('\n\n')}\n`
  })
}

async function withDatabase<Result>(
  { url }: PostgresMigrationOptions,
  use: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  const database = connectPostgres(parsePostgresUrl(url), { maxConnections: 1 })
  try {
    return await retrying(() => use(database), { budgetMs })
  } catch (error) {
    throw mapPostgresError(error)
  } finally {
    await database.close()
  }
}

async function switchRowLevelSecurity(database: SqlDatabase, isOn: boolean): Promise<void> {
  const statements = await rowLevelSecurityStatements(database, isOn)
  try {
    await database.transaction(async (connection) => {
      for (const text of statements) await connection.run({ text, fill: () => [] }, {})
    })
  } catch (error) {
    throw codeOf(error) === '42501' ? notOwner(error) : error
  }
}

function notOwner(cause: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_ACCESS_DENIED',
    'Row-level security is for the user who owns the tables of the schema holdfast to switch, and the user of the URL does not. Nothing of it was changed.',
    { context: { sqlState: String(codeOf(cause)) } },
  )
}
