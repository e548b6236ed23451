import { HoldfastError } from '@holdfast/core'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { codeOf } from './map-postgres-error.ts'
import { type Migration, migrations, readMigration } from './migrations.ts'
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

async function pendingMigrations(connection: SqlConnection): Promise<readonly Migration[]> {
  const version = await readSchemaVersion(connection)
  return migrations.slice(version)
}

/**
 * Brings the schema up to date. However many do so at the same moment, each step is applied once, in
 * one transaction, and all find it done.
 *
 * @returns the steps that this call applied
 * @throws {@link HoldfastError} `STORE_ACCESS_DENIED`, `STORE_READ_ONLY`, `STORE_NOT_HOLDFAST` or
 * `STORE_TOO_NEW`, with nothing changed
 */
export async function migrate(database: SqlDatabase): Promise<readonly Migration[]> {
  for (;;) {
    const pending = await pendingMigrations(database)
    if (pending.length === 0) return []
    try {
      return await database.transaction((connection) => applyPending(connection))
    } catch (error) {
      if (codeOf(error) === '42501') throw mayNotMigrate(error)
      if (!createdByOthers.has(codeOf(error))) throw error
    }
  }
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

function mayNotMigrate(cause: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_MIGRATED',
    'The schema of the database is not up to date, and the user of the URL may not change it. Open the store once with a user that owns the schema, or may create schemas in the database; after that, the schema and its tables are all that this user needs. Nothing was changed.',
    { context: { sqlState: String(codeOf(cause)) } },
  )
}
