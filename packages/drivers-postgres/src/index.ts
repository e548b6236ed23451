export { createPostgresDriver, type PostgresDriverOptions } from './create-postgres-driver.ts'
