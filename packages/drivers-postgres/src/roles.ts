import { MisuseError } from '@holdfast/core'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { accounts, chunks, entries, migrations, readers, streams } from './schema.ts'

/** The names of the two roles. */
export interface PostgresRoles {
  /** Owns the schema. Default `holdfast_migrator`. */
  readonly migrator?: string | undefined
  /** What runners connect as. Default `holdfast_runner`. */
  readonly runner?: string | undefined
}

/** What PostgreSQL keeps of a name, in bytes. */
const maxNameBytes = 63

/**
 * Makes the SQL of two roles: one that owns the schema `holdfast` and migrates it, and one that has no
 * more rights in it than a runner needs. It is for a database whose schema is there already, and is
 * run by a superuser, or by whoever owns the schema and may make roles. It may be run again, and in
 * other databases of the server: a role that is there stays as it is.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for what is no name of a role, or one name for both
 */
export function postgresRolesSql({
  migrator = 'holdfast_migrator',
  runner = 'holdfast_runner',
}: PostgresRoles = {}): string {
  if (migrator === runner) throw wrongName('The migrator and the runner are two roles')
  const [owner, user] = [quoteName(migrator), quoteName(runner)]
  const [ownerText, userText] = [quoteText(migrator), quoteText(runner)]
  const tables = [accounts, chunks, entries, readers, streams].map(quoteTable)
  return `-- Two roles for a database of Holdfast. Make its schema first, by "holdfast migrate"; then run this
-- in the same database, as a superuser or as who owns the schema and may make roles. Run it again
-- whenever tables were made anew. Have psql stop at an error: psql -v ON_ERROR_STOP=1
-- The roles get no passwords here: set them by \\password in psql, or have the server ask for
-- something else in pg_hba.conf.
BEGIN;

-- Roles are of the whole server: one that is there already stays as it is.
DO $$ BEGIN
  -- The migrator owns the schema. Nothing but "holdfast migrate" connects as it.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${ownerText}) THEN
    CREATE ROLE ${owner} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  -- Runners connect as this one. It can change what is stored, and nothing of how it is stored.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${userText}) THEN
    CREATE ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
  -- Who is no superuser gives things only to a role that it is a member of, here for this transaction.
  IF NOT pg_has_role(${ownerText}, 'USAGE') THEN
    GRANT ${owner} TO CURRENT_USER;
    PERFORM set_config('holdfast.is_member_for_now', 'yes', true);
  END IF;
END $$;

ALTER SCHEMA "holdfast" OWNER TO ${owner};
DO $$ DECLARE
  it text;
BEGIN
  -- All tables of the schema: partitions have owners of their own.
  FOR it IN
    SELECT relname FROM pg_class
    WHERE relnamespace = 'holdfast'::regnamespace AND relkind IN ('r', 'p')
  LOOP
    EXECUTE format('ALTER TABLE "holdfast".%I OWNER TO %I', it, ${ownerText});
  END LOOP;
  -- A database that not everybody may connect to.
  FOREACH it IN ARRAY ARRAY[${ownerText}, ${userText}] LOOP
    IF NOT has_database_privilege(it, current_database(), 'CONNECT') THEN
      EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), it);
    END IF;
  END LOOP;
END $$;

-- The rights of a runner: what it stores, and to see how far the schema is.
GRANT USAGE ON SCHEMA "holdfast" TO ${user};
GRANT SELECT, INSERT, UPDATE, DELETE ON
  ${tables.join(',\n  ')}
  TO ${user};
GRANT SELECT ON ${quoteTable(migrations)} TO ${user};

-- The same for the tables that later versions add.
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA "holdfast"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${user};

-- Nobody else has any.
REVOKE ALL ON SCHEMA "holdfast" FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA "holdfast" FROM PUBLIC;

DO $$ BEGIN
  IF current_setting('holdfast.is_member_for_now', true) = 'yes' THEN
    REVOKE ${owner} FROM CURRENT_USER;
  END IF;
END $$;

COMMIT;
`
}

function quoteTable(table: Parameters<typeof getTableConfig>[0]): string {
  const { schema = '', name } = getTableConfig(table)
  return `${quoteName(schema)}.${quoteName(name)}`
}

function quoteName(name: string): string {
  const bytes = new TextEncoder().encode(name).length
  // What would end a block of the SQL is no part of a name either.
  if (bytes < 1 || bytes > maxNameBytes || /[\p{Cc}\p{Cs}]|\$\$/u.test(name)) {
    throw wrongName(
      `The name of a role has 1 to ${maxNameBytes} bytes, and neither control characters nor $$ in it`,
    )
  }
  return `"${name.replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function wrongName(message: string): MisuseError {
  return new MisuseError('INVALID_ARGUMENT', `${message}.`)
}
