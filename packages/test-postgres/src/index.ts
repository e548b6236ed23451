export { Databases } from './databases.ts'
export { freePort } from './free-port.ts'
export { embeddedPrograms, findSystemPrograms } from './postgres-programs.ts'
export { ThrowawayPostgres, type ThrowawayPostgresOptions } from './throwaway-postgres.ts'
