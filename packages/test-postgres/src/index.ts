export { Databases } from './databases.ts'
export { freePort } from './free-port.ts'
export { findPgBouncer, PgBouncer } from './pgbouncer.ts'
export { embeddedPrograms, findSystemPrograms } from './postgres-programs.ts'
export { serverUser } from './server-user.ts'
export {
  forgetful,
  ThrowawayPostgres,
  type ThrowawayPostgresOptions,
} from './throwaway-postgres.ts'
