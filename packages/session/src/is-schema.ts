import type { StandardSchemaV1 } from '@standard-schema/spec'

/** Whether a value is a schema that implements Standard Schema, which may be a function. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  if (!('~standard' in value)) return false
  const standard = value['~standard']
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}
