import { setTimeout } from 'node:timers/promises'
import { HoldfastError } from '@holdfast/core'
import { sql } from 'drizzle-orm'
import { connectPostgres } from './connect-postgres.ts'
import { codeOf, mapPostgresError } from './map-postgres-error.ts'
import { migrate, migrationSql, pendingMigrations } from './migrate.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { retrying } from './retrying.ts'
import { isEnabled, readTablesOfOthers, rowLevelSecurityStatements } from './row-level-security.ts'
import { readSchemaVersion } from './schema-state.ts'
import type { SqlDatabase } from './sql-connection.ts'
import { rawStatement, type Statement } from './statement.ts'

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

/** For how long the connections of runners that have just ended may be seen, in milliseconds. */
const farewellMs = 2_000
const farewellPauseMs = 50

const countOthers: Statement = rawStatement(sql`
  SELECT count(*)::int AS others FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'holdfast' AND pid <> pg_backend_pid()`)

/**
 * Brings the schema `holdfast` of a database up to date. However many do so at the same moment, each
 * step is applied once. Runners of the version before go on working. Row-level security is enabled
 * only when no runner is connected: those that are would see nothing, as if nothing were stored.
 *
 * @throws {@link HoldfastError} `STORE_NOT_MIGRATED` or `STORE_ACCESS_DENIED` where the user may not,
 * `STORE_BUSY` where runners are connected, or what the `open` of the driver throws
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
  if (isOn) await mustBeAlone(database)
  const statements = await rowLevelSecurityStatements(database, isOn)
  try {
    await database.transaction(async (connection) => {
      for (const text of statements) await connection.run({ text, fill: () => [] }, {})
    })
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw notOwner(await readTablesOfOthers(database))
  }
}

/** A runner looks when it opens the store whether it has to name its workspaces. */
async function mustBeAlone(database: SqlDatabase): Promise<void> {
  if (await isEnabled(database)) return
  const until = performance.now() + farewellMs
  for (;;) {
    const [row] = await database.run(countOthers, {})
    const others = Number(row?.['others'])
    if (others === 0) return
    if (performance.now() > until) throw runnersConnected(others)
    await setTimeout(farewellPauseMs)
  }
}

function runnersConnected(connections: number): HoldfastError {
  return new HoldfastError(
    'STORE_BUSY',
    `Runners are connected to the database (${connections} connections named holdfast), and would see nothing of what is stored from now on. Stop them, and start them again afterwards. Where a pooler keeps the connections of runners that have ended, run what --dry-run prints through psql. Row-level security was left as it is.`,
    { context: { connections } },
  )
}

function notOwner(tables: readonly string[]): HoldfastError {
  return new HoldfastError(
    'STORE_ACCESS_DENIED',
    `Row-level security is for the user who owns the tables of the schema holdfast to switch, and the user of the URL does not own ${tables.join(', ')}. What "holdfast migrate --print-roles" prints gives all of them to the migrator: run it again. Nothing of row-level security was changed.`,
    { context: { tables, sqlState: '42501' } },
  )
}
