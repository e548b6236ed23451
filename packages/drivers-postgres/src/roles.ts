import { MisuseError } from '@holdfast/core'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { accounts, chunks, entries, migrations, readers, streams } from './schema.ts'

/** The names of the two roles. */
export interface PostgresRoles {
  /** Owns the schema. */
  readonly migrator: string
  /** What runners connect as. */
  readonly runner: string
}

/** What PostgreSQL keeps of a name, in bytes. */
const maxNameBytes = 63

/**
 * Makes the SQL of two roles: one that owns the schema `holdfast` and migrates it, and one that has no
 * more rights in it than a runner needs. It is for a database whose schema is there already, and is
 * run by a superuser, or by whoever owns the schema and may make roles.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for what is no name of a role, or one name for both
 */
export function postgresRolesSql({ migrator, runner }: PostgresRoles): string {
  if (migrator === runner) throw wrongName('The migrator and the runner are two roles')
  const [owner, user] = [quoteName(migrator), quoteName(runner)]
  const tables = [accounts, chunks, entries, readers, streams].map(quoteTable)
  const noted = quoteTable(migrations)
  return `-- Two roles for a database of Holdfast. Make its schema first, by "holdfast migrate"; then run this
-- once in the same database, as a superuser or as who owns the schema and may make roles.
-- The roles get no passwords here: set them by \\password in psql, or have the server ask for
-- something else in pg_hba.conf.
BEGIN;

-- The migrator owns the schema. Nothing but "holdfast migrate" connects as it.
CREATE ROLE ${owner} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
-- Runners connect as this one. It can change what is stored, and nothing of how it is stored.
CREATE ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;

ALTER SCHEMA "holdfast" OWNER TO ${owner};
${[...tables, noted].map((table) => `ALTER TABLE ${table} OWNER TO ${owner};`).join('\n')}

-- The rights of a runner: what it stores, and to see how far the schema is.
GRANT USAGE ON SCHEMA "holdfast" TO ${user};
GRANT SELECT, INSERT, UPDATE, DELETE ON
  ${tables.join(',\n  ')}
  TO ${user};
GRANT SELECT ON ${noted} TO ${user};

-- The same for the tables that later versions add.
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA "holdfast"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${user};

-- Nobody else has any.
REVOKE ALL ON SCHEMA "holdfast" FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA "holdfast" FROM PUBLIC;

COMMIT;
`
}

function quoteTable(table: Parameters<typeof getTableConfig>[0]): string {
  const { schema = '', name } = getTableConfig(table)
  return `${quoteName(schema)}.${quoteName(name)}`
}

function quoteName(name: string): string {
  const bytes = new TextEncoder().encode(name).length
  if (bytes < 1 || bytes > maxNameBytes || /[\p{Cc}\p{Cs}]/u.test(name)) {
    throw wrongName(
      `The name of a role has 1 to ${maxNameBytes} bytes, and no control characters in it`,
    )
  }
  return `"${name.replaceAll('"', '""')}"`
}

function wrongName(message: string): MisuseError {
  return new MisuseError('INVALID_ARGUMENT', `${message}.`)
}
