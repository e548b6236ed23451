import { migrate, mustBeMigrated } from './migrate.ts'
import { isProtected } from './row-level-security.ts'
import type { SqlDatabase } from './sql-connection.ts'

/** How a store is made ready. */
export interface PrepareOptions {
  /** Whether the schema is brought up to date, or has to be. */
  readonly migrate: boolean
  /** Whether the policies of row-level security have to apply. */
  readonly rowLevelSecurity: boolean
}

/**
 * Makes a store ready to be used.
 *
 * @returns whether the policies of row-level security apply
 * @throws {@link HoldfastError} what {@link migrate} throws, `STORE_NOT_MIGRATED` or
 * `STORE_NOT_PROTECTED`
 */
export async function prepareStore(
  database: SqlDatabase,
  options: PrepareOptions,
): Promise<boolean> {
  await (options.migrate ? migrate(database) : mustBeMigrated(database))
  return await isProtected(database, options.rowLevelSecurity)
}
