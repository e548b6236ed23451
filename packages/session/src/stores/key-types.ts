import {
  describeValue,
  type JsonValue,
  MisuseError,
  parsePersistentStoreKey,
  quoteOrDescribe,
  type StorageKey,
} from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { isSchema } from '../is-schema.ts'

/** One schema for all keys, or the schema of each key that there is. */
export type KeySchemas = StandardSchemaV1 | ReadonlyMap<string, StandardSchemaV1>

/** The type of the values of a key. */
export interface KeyType {
  readonly schema: StandardSchemaV1
  readonly migrate:
    | ((value: JsonValue, issues: readonly StandardSchemaV1.Issue[]) => unknown)
    | undefined
}

/** Which keys there are, and of what type their values are. */
export interface KeyTypes {
  readonly parseKey: (this: void, key: unknown) => StorageKey
  readonly typeOf: (key: StorageKey) => KeyType
}

/**
 * @throws {@link MisuseError} `WRONG_TYPE`
 * @throws {@link HoldfastError} `INVALID_KEY`
 */
export function parseKeySchemas(given: unknown): KeySchemas {
  if (isSchema(given)) return given
  const entries = entriesOf('typed takes a schema, or an object with the schema of each key', given)
  return new Map(
    entries.map(([key, schema]) => {
      if (isSchema(schema)) return [parsePersistentStoreKey(key), schema]
      throw wrongType(
        `The schema of ${JSON.stringify(key)} is one that implements Standard Schema`,
        schema,
      )
    }),
  )
}

/**
 * @param migration a function, or an object of them; `undefined` for none
 * @throws {@link MisuseError} `WRONG_TYPE`, `INVALID_ARGUMENT`
 */
export function toKeyTypes(schemas: KeySchemas, migration: unknown): KeyTypes {
  if (isSchema(schemas)) {
    const type = { schema: schemas, migrate: parseMigrate(migration) }
    return { parseKey: parsePersistentStoreKey, typeOf: () => type }
  }
  const rule = 'A migration of several keys is an object with the function of each'
  const migrations = new Map(migration === undefined ? [] : entriesOf(rule, migration))
  for (const key of migrations.keys()) if (!schemas.has(key)) throw unknownKey(key, schemas)
  const types = new Map<string, KeyType>(
    Array.from(schemas, ([key, schema]) => [
      key,
      { schema, migrate: parseMigrate(migrations.get(key)) },
    ]),
  )
  const typeOf = (key: StorageKey): KeyType => {
    const type = types.get(key)
    if (type !== undefined) return type
    throw unknownKey(key, schemas)
  }
  const parseKey = (value: unknown): StorageKey => {
    const key = parsePersistentStoreKey(value)
    typeOf(key)
    return key
  }
  return { parseKey, typeOf }
}

function parseMigrate(migrate: unknown): KeyType['migrate'] {
  if (migrate === undefined || typeof migrate === 'function') return migrate as KeyType['migrate']
  throw wrongType('What migrates a value is a function', migrate)
}

function entriesOf(rule: string, value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null) return Object.entries(value)
  throw wrongType(rule, value)
}

function unknownKey(key: string, schemas: ReadonlyMap<string, unknown>): MisuseError {
  return new MisuseError(
    'INVALID_ARGUMENT',
    `This typed store has the keys ${[...schemas.keys()].join(', ')}; got ${quoteOrDescribe(key)}.`,
    { context: { key } },
  )
}

function wrongType(rule: string, got: unknown): MisuseError {
  return new MisuseError('WRONG_TYPE', `${rule}; got ${describeValue(got)}.`)
}
