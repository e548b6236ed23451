export { coalesce, type CoalesceOptions } from './coalesce.ts'
