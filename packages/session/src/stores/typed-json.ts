import { decodeJson, encodeJson, HoldfastError, type StorageKey } from '@holdfast/core'
import {
  describeIssues,
  describePaths,
  pathsOf,
  type SchemaIssue,
  toSchemaIssue,
} from '../schema-issue.ts'
import { prepare } from './in-order.ts'
import type { Encoded, JsonCodec } from './json-codec.ts'
import type { KeyType, KeyTypes } from './key-types.ts'
import { migrateValue } from './migrate-value.ts'

/** JSON that the schema of its key takes, and that is read as the schema makes it. */
export class TypedJson implements JsonCodec {
  readonly parseKey: KeyTypes['parseKey']
  readonly #typeOf: (key: StorageKey) => KeyType

  constructor({ parseKey, typeOf }: KeyTypes) {
    this.parseKey = parseKey
    this.#typeOf = typeOf
  }

  async encode(key: string, value: unknown): Promise<Encoded> {
    const parsed = this.parseKey(key)
    const bytes = encodeJson(value)
    // As it will be read, so that what is stored can be.
    const read = decodeJson(bytes)
    const result = await prepare(() => validate(this.#typeOf(parsed), read))
    if (result.issues === undefined) return { bytes, value: result.value }
    throw invalidValue(parsed, result.issues.map(toSchemaIssue))
  }

  async decode(key: StorageKey, bytes: Uint8Array): Promise<unknown> {
    const type = this.#typeOf(key)
    const stored = await validate(type, decodeJson(bytes))
    if (stored.issues === undefined) return stored.value
    const { issues } = stored
    if (type.migrate === undefined) throw storedInvalid(key, issues.map(toSchemaIssue))
    return await migrateValue(type.migrate, type.schema, { key, bytes, issues })
  }
}

function validate({ schema }: KeyType, value: unknown): ReturnType<Validate> {
  return schema['~standard'].validate(value)
}

type Validate = KeyType['schema']['~standard']['validate']

function invalidValue(key: StorageKey, issues: readonly SchemaIssue[]): HoldfastError {
  return new HoldfastError(
    'INVALID_VALUE',
    `The value for the key ${JSON.stringify(key)} does not fit its schema: ${describeIssues(issues)}. Nothing was written.`,
    { context: { key, paths: pathsOf(issues) } },
  )
}

/** The words of the schema library are left out: some repeat the value, and errors travel to logs. */
function storedInvalid(key: StorageKey, issues: readonly SchemaIssue[]): HoldfastError {
  return new HoldfastError(
    'STORED_VALUE_INVALID',
    `The value stored for the key ${JSON.stringify(key)} does not fit its schema at ${describePaths(issues)}. Another version of the plugin may have written it: let the schema take its form, too, or make the new form of it by withMigration.`,
    { context: { key, paths: pathsOf(issues) } },
  )
}
