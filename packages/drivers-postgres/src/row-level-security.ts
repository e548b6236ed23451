import { HoldfastError } from '@holdfast/core'
import { sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { readMigration } from './migrations.ts'
import { accounts, chunks, entries, readers, streams } from './schema.ts'
import type { SqlConnection } from './sql-connection.ts'
import { rawStatement, type Statement } from './statement.ts'

/** The tables that have a workspace, as migrations make them. */
const ownTables: readonly string[] = [accounts, chunks, entries, readers, streams].map(
  (table) => getTableConfig(table).name,
)

/** All tables that have a workspace: ours, and partitions of them. */
const readTables: Statement = rawStatement(sql`
  SELECT pg_class.relname AS name, relrowsecurity AS may_apply,
    relrowsecurity AND relforcerowsecurity AND (relispartition OR EXISTS (
      SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'of_workspace'
    )) AS is_enabled
  FROM pg_class
  JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid AND pg_attribute.attname = 'workspace'
  WHERE pg_class.relnamespace = to_regnamespace('holdfast') AND pg_class.relkind IN ('r', 'p')
  ORDER BY 1`)

const readPolicies: Statement = rawStatement(sql`
  SELECT relname AS table, polname AS policy FROM pg_policy
  JOIN pg_class ON pg_class.oid = polrelid
  WHERE relnamespace = to_regnamespace('holdfast')`)

const readNotOwned: Statement = rawStatement(sql`
  SELECT relname AS name FROM pg_class
  WHERE relnamespace = to_regnamespace('holdfast') AND relkind IN ('r', 'p')
    AND NOT pg_has_role(relowner, 'USAGE')
  ORDER BY 1`)

const readRole: Statement = rawStatement(sql`
  SELECT rolsuper OR rolbypassrls AS is_exempt, (
    SELECT bool_or(row_security_active(oid)) FROM pg_class
    WHERE relnamespace = to_regnamespace('holdfast') AND relkind IN ('r', 'p')
  ) AS applies
  FROM pg_roles WHERE rolname = current_user`)

/**
 * Finds out whether the policies of row-level security apply to a connection.
 *
 * @param isDemanded - whether they have to
 * @throws {@link HoldfastError} `STORE_NOT_PROTECTED` where they have to and do not
 */
export async function isProtected(
  connection: Pick<SqlConnection, 'run'>,
  isDemanded: boolean,
): Promise<boolean> {
  const tables = await connection.run(readTables, {})
  const isAnyEnabled = tables.some((table) => table['may_apply'] === true)
  if (!isDemanded && !isAnyEnabled) return false
  const [role] = await connection.run(readRole, {})
  if (!isDemanded) return role?.['applies'] === true
  if (role?.['is_exempt'] !== false) throw exemptRole()
  const open = tables.filter((table) => table['is_enabled'] !== true)
  if (open.length > 0) throw notEnabled(open.map(({ name }) => String(name)))
  return true
}

/** Whether row-level security is enabled on all tables that have a workspace. */
export async function isEnabled(connection: Pick<SqlConnection, 'run'>): Promise<boolean> {
  const tables = await connection.run(readTables, {})
  return tables.length > 0 && tables.every((table) => table['is_enabled'] === true)
}

/** The tables, partitions too, that the user does not own. */
export async function readTablesOfOthers(
  connection: Pick<SqlConnection, 'run'>,
): Promise<readonly string[]> {
  const rows = await connection.run(readNotOwned, {})
  return rows.map(({ name }) => String(name))
}

/**
 * The statements that enable or disable row-level security on all tables that have a workspace, their
 * owner included. A partition has no policies: it is to be had by its table alone.
 */
export async function rowLevelSecurityStatements(
  connection: Pick<SqlConnection, 'run'>,
  isOn: boolean,
): Promise<readonly string[]> {
  const found = await connection.run(readTables, {})
  const names = new Set([...ownTables, ...found.map(({ name }) => String(name))])
  const actions = isOn
    ? 'ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
    : 'DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY'
  const switches = [...names]
    .toSorted()
    .map((name) => `ALTER TABLE "holdfast"."${name.replaceAll('"', '""')}" ${actions};`)
  return isOn && found.length > 0 ? [...(await missingPolicies(connection)), ...switches] : switches
}

/** A table that was made anew, in partitions for example, has lost its policies. */
async function missingPolicies(connection: Pick<SqlConnection, 'run'>): Promise<readonly string[]> {
  const rows = await connection.run(readPolicies, {})
  const there = rows.map(
    ({ table, policy }) => `"${String(policy)}" ON "holdfast"."${String(table)}"`,
  )
  const all = await readMigration({ name: '0001_row_level_security' })
  return all.filter((statement) => !there.some((policy) => statement.includes(policy)))
}

function exemptRole(): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_PROTECTED',
    'Row-level security was asked for, and the user of the URL is a superuser or has BYPASSRLS, whom it does not hold. Name another; "holdfast migrate --print-roles" prints the SQL that makes one.',
  )
}

function notEnabled(tables: readonly string[]): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_PROTECTED',
    `Row-level security was asked for, and is not enabled on ${tables.join(', ')}. Stop the runners, and run "holdfast migrate --row-level-security on" with the user that owns the schema.`,
    { context: { tables } },
  )
}
