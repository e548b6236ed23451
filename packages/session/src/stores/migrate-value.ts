import {
  decodeJson,
  describeValue,
  encodeJson,
  HoldfastError,
  isHoldfastError,
  type StorageKey,
} from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import {
  describeIssues,
  pathsOf,
  schemaIssuesOf,
  type SchemaIssue,
  toSchemaIssue,
} from '../schema-issue.ts'
import type { KeyType } from './key-types.ts'

/** A stored value that its schema does not take. */
export interface Misfit {
  readonly key: StorageKey
  readonly bytes: Uint8Array
  /** What the schema has against it. */
  readonly issues: readonly StandardSchemaV1.Issue[]
}

/**
 * Has an author's function make of a stored value what its schema takes, and gives what the schema
 * makes of that. An error of Holdfast that the function throws is passed on.
 *
 * @throws {@link HoldfastError} `STORED_VALUE_INVALID` naming the migration when it fails, gives no
 * JSON, or what does not fit either
 */
export async function migrateValue(
  migrate: NonNullable<KeyType['migrate']>,
  schema: KeyType['schema'],
  misfit: Misfit,
): Promise<unknown> {
  const migrated = toJson(misfit, await callMigration(migrate, misfit))
  const result = await schema['~standard'].validate(migrated)
  if (result.issues === undefined) return result.value
  // In the words of the library: this value is no longer the stored one, but the function's.
  const issues = result.issues.map(toSchemaIssue)
  throw migrationInvalid(
    misfit.key,
    issues,
    `made of it what does not fit its schema: ${describeIssues(issues)}`,
  )
}

async function callMigration(
  migrate: NonNullable<KeyType['migrate']>,
  { key, bytes, issues }: Misfit,
): Promise<unknown> {
  try {
    return await migrate(decodeJson(bytes), issues)
  } catch (error) {
    if (isHoldfastError(error)) throw error
    throw migrationInvalid(key, issues.map(toSchemaIssue), `failed: ${reasonOf(error)}`, error)
  }
}

/** As it would be read, had it been stored. */
function toJson({ key, issues }: Misfit, made: unknown): unknown {
  try {
    return decodeJson(encodeJson(made))
  } catch (error) {
    if (!isHoldfastError(error, 'INVALID_JSON_VALUE')) throw error
    const what = `made of it what is no JSON: ${withoutStop(error.message)}`
    throw migrationInvalid(key, issues.map(toSchemaIssue), what, error)
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `it threw ${describeValue(thrown)}`
  const issues = schemaIssuesOf(thrown)
  if (issues !== undefined) return describeIssues(issues)
  return thrown.message === '' ? thrown.name : withoutStop(thrown.message)
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}

function migrationInvalid(
  key: StorageKey,
  issues: readonly SchemaIssue[],
  what: string,
  cause?: unknown,
): HoldfastError {
  return new HoldfastError(
    'STORED_VALUE_INVALID',
    `The value stored for the key ${JSON.stringify(key)} does not fit its schema, and its migration ${what}. Correct the function given to withMigration, which returns what the schema takes. The value is as it was.`,
    { context: { key, paths: pathsOf(issues) }, cause },
  )
}
