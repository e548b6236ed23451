import { HoldfastError } from '@holdfast/core'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { codeOf } from './map-postgres-error.ts'
import { type Migration, migrations, readMigration, schemaVersion } from './migrations.ts'
import { lockMigrations, readSchemaVersion } from './schema-state.ts'
import { migrations as table } from './schema.ts'
import type { SqlConnection, SqlDatabase } from './sql-connection.ts'
import { type Statement, toStatement } from './statement.ts'

const { placeholder } = sql

const noteMigration: Statement = toStatement(
  drizzle
    .mock()
    .insert(table)
    .values({
      version: placeholder('version'),
      name: placeholder('name'),
      appliedAt: placeholder('appliedAt'),
      worksWith: placeholder('worksWith'),
    }),
)

/** What others have when they were a moment faster at creating the schema. */
const createdByOthers: ReadonlySet<string | null> = new Set(['42P06', '42P07', '23505'])

/** What of a database is enough to look at its schema. */
type Queryable = Pick<SqlConnection, 'run'>

/**
 * The steps that the schema of a database lacks.
 *
 * @throws {@link HoldfastError} `STORE_READ_ONLY`, `STORE_NOT_HOLDFAST` or `STORE_TOO_NEW`
 */
export async function pendingMigrations(connection: Queryable): Promise<readonly Migration[]> {
  const version = await readSchemaVersion(connection)
  return migrations.slice(version)
}

/**
 * Brings the schema up to date. However many do so at the same moment, each step is applied once, in
 * one transaction, and all find it done.
 *
 * @returns the steps that this call applied
 * @throws {@link HoldfastError} `STORE_NOT_MIGRATED` where the user may not, `STORE_READ_ONLY`,
 * `STORE_NOT_HOLDFAST` or `STORE_TOO_NEW`, with nothing changed
 */
export async function migrate(database: SqlDatabase): Promise<readonly Migration[]> {
  for (;;) {
    const pending = await pendingMigrations(database)
    if (pending.length === 0) return []
    try {
      return await database.transaction((connection) => applyPending(connection))
    } catch (error) {
      if (codeOf(error) === '42501') throw mayNotMigrate(pending, error)
      if (!createdByOthers.has(codeOf(error))) throw error
    }
  }
}

/**
 * Sees to it that the schema is up to date, and changes nothing.
 *
 * @throws {@link HoldfastError} `STORE_NOT_MIGRATED`, or what {@link pendingMigrations} throws
 */
export async function mustBeMigrated(connection: Queryable): Promise<void> {
  const pending = await pendingMigrations(connection)
  if (pending.length > 0) throw notMigrated(pending)
}

async function applyPending(connection: SqlConnection): Promise<readonly Migration[]> {
  const before = await readSchemaVersion(connection)
  if (before > 0) await connection.run(lockMigrations, {})
  const pending = await pendingMigrations(connection)
  for (const migration of pending) {
    for (const text of await readMigration(migration)) {
      await connection.run({ text, fill: () => [] }, {})
    }
    await connection.run(noteMigration, { ...migration, appliedAt: Date.now() })
  }
  return pending
}

/** The SQL of steps, as psql takes it: what {@link migrate} would run, in one transaction. */
export async function migrationSql(pending: readonly Migration[]): Promise<readonly string[]> {
  const statements: string[] = []
  for (const migration of pending) {
    const { version, name, worksWith } = migration
    statements.push(
      `-- ${name}`,
      ...(await readMigration(migration)),
      `INSERT INTO "holdfast"."migrations" ("version", "name", "applied_at", "works_with")\nVALUES (${version}, '${name}', (extract(epoch FROM now()) * 1000)::bigint, ${worksWith});`,
    )
  }
  return statements
}

function notMigrated(pending: readonly Migration[]): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_MIGRATED',
    `The schema of the database is not up to date: it lacks ${namesOf(pending)}. Run "holdfast migrate --store URL" with a user that owns the schema, or may create one in the database. Nothing was changed.`,
    { context: contextOf(pending) },
  )
}

function mayNotMigrate(pending: readonly Migration[], cause: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_MIGRATED',
    `The schema of the database lacks ${namesOf(pending)}, and the user of the URL may not change it. Run "holdfast migrate --store URL" with a user that owns the schema, or may create one in the database; after that, "holdfast migrate --print-roles" prints the rights that this user needs. Nothing was changed.`,
    { context: { ...contextOf(pending), sqlState: String(codeOf(cause)) } },
  )
}

function namesOf(pending: readonly Migration[]): string {
  return pending.map(({ name }) => name).join(', ')
}

function contextOf(pending: readonly Migration[]): { found: number; needed: number } {
  return { found: schemaVersion - pending.length, needed: schemaVersion }
}
