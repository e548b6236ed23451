export { createPostgresDriver, type PostgresDriverOptions } from './create-postgres-driver.ts'
export {
  migratePostgres,
  planPostgresMigration,
  type PostgresMigrationOptions,
  type PostgresMigrationResult,
} from './migrate-postgres.ts'
export { type PostgresRoles, postgresRolesSql } from './roles.ts'
