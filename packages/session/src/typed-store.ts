import type { EntryMetadata, JsonValue, Version } from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonCompatible } from './json-compatible.ts'
import type { JsonEntry } from './json-entry.ts'
import type {
  DeleteOptions,
  KeysOptions,
  ListOptions,
  Page,
  SetManyOptions,
  SetOptions,
  UpdateOptions,
  WatchOptions,
} from './store-options.ts'

/** The schema of each key. */
export type StoreSchemas = Readonly<Record<string, StandardSchemaV1>>

/** What is stored for a schema: what it takes, as JSON. */
export type StoredInput<Schema extends StandardSchemaV1> =
  unknown extends StandardSchemaV1.InferInput<Schema>
    ? JsonValue
    : StandardSchemaV1.InferInput<Schema> & JsonCompatible<StandardSchemaV1.InferInput<Schema>>

/**
 * Makes what a schema takes of a stored value that it does not take.
 *
 * @param value a copy of what is stored
 * @param issues what the schema has against it
 */
export type Migrate<Schema extends StandardSchemaV1> = (
  value: JsonValue,
  issues: readonly StandardSchemaV1.Issue[],
) => StoredInput<Schema> | Promise<StoredInput<Schema>>

type KeyOf<Schemas extends StoreSchemas> = keyof Schemas & string

type InputOf<Schemas extends StoreSchemas, Key extends KeyOf<Schemas>> = StoredInput<Schemas[Key]>

type OutputOf<
  Schemas extends StoreSchemas,
  Key extends KeyOf<Schemas>,
> = StandardSchemaV1.InferOutput<Schemas[Key]>

/** The keys whose values are numbers. */
type NumberKeyOf<Schemas extends StoreSchemas> = {
  [Key in KeyOf<Schemas>]: number extends InputOf<Schemas, Key>
    ? OutputOf<Schemas, Key> extends number
      ? Key
      : never
    : never
}[KeyOf<Schemas>]

/** How stored values are migrated: by one function, or by one for each key that has one. */
export type Migration<Schemas extends StoreSchemas> =
  string extends KeyOf<Schemas>
    ? Migrate<Schemas[KeyOf<Schemas>]>
    : { readonly [Key in KeyOf<Schemas>]?: Migrate<Schemas[Key]> }

/** Values by key, each of the type of its key. */
export interface TypedMap<Schemas extends StoreSchemas> extends Map<
  KeyOf<Schemas>,
  OutputOf<Schemas, KeyOf<Schemas>>
> {
  get<Key extends KeyOf<Schemas>>(key: Key): OutputOf<Schemas, Key> | undefined
}

/** Several values at once: pairs, such as a Map, or the properties of an object. */
export type TypedEntries<Schemas extends StoreSchemas> =
  | Iterable<
      { readonly [Key in KeyOf<Schemas>]: readonly [Key, InputOf<Schemas, Key>] }[KeyOf<Schemas>]
    >
  | (string extends KeyOf<Schemas>
      ? Readonly<Record<string, InputOf<Schemas, string & KeyOf<Schemas>>>>
      : { readonly [Key in KeyOf<Schemas>]?: InputOf<Schemas, Key> })

/** One entry for each key that is watched, in the order asked; `undefined` where there is none. */
export type WatchedTyped<Schemas extends StoreSchemas, Keys extends readonly KeyOf<Schemas>[]> = {
  readonly [Index in keyof Keys]: JsonEntry<OutputOf<Schemas, Keys[Index]>> | undefined
}

/**
 * `persistent_store` with a schema for its values, made by `persistent_store.typed`. It has no data
 * of its own: it is another view of the same keys.
 *
 * Stored is what is given, as JSON, if the schema takes it; read is what the schema makes of that. So
 * a default of the schema is the one of the version that reads, and a schema may make a `Date` of a
 * text that is stored.
 *
 * Each method does what that of `persistent_store` does, and rejects with `INVALID_VALUE` for a value
 * to store that the schema does not take, naming each field, and with `STORED_VALUE_INVALID` for a
 * stored one that it does not take, with where in `context.paths`. For those see `withMigration`.
 */
export interface TypedStore<Schemas extends StoreSchemas> {
  /** Reads a value; `undefined` if there is none. */
  get<Key extends KeyOf<Schemas>>(key: Key): Promise<OutputOf<Schemas, Key> | undefined>

  /** Reads a value with its version, size and times; `undefined` if there is none. */
  getEntry<Key extends KeyOf<Schemas>>(
    key: Key,
  ): Promise<JsonEntry<OutputOf<Schemas, Key>> | undefined>

  /** Reads all of an entry but its value, which is not held against the schema. */
  stat(key: KeyOf<Schemas>): Promise<EntryMetadata | undefined>

  /** Whether the key is there. Does not read its value. */
  exists(key: KeyOf<Schemas>): Promise<boolean>

  /** Reads many values; missing keys are missing in what it gives. */
  getMany(keys: Iterable<KeyOf<Schemas>>): Promise<TypedMap<Schemas>>

  /** Writes a value that the schema takes. */
  set<Key extends KeyOf<Schemas>>(
    key: Key,
    value: InputOf<Schemas, Key>,
    options?: SetOptions,
  ): Promise<Version>

  /** Writes many values, all or none. */
  setMany(entries: TypedEntries<Schemas>, options?: SetManyOptions): Promise<void>

  /** Removes a key. To remove what is not there is no error. */
  delete(key: KeyOf<Schemas>, options?: DeleteOptions): Promise<void>

  /** Removes many keys, all or none. */
  deleteMany(keys: Iterable<KeyOf<Schemas>>): Promise<void>

  /**
   * Changes a value by a function of what it is, so that concurrent updates lose none.
   *
   * @param change gets what the schema makes of the stored value, migrated if need be; returns what
   * the schema takes
   * @returns what the schema makes of the new value
   */
  update<Key extends KeyOf<Schemas>>(
    key: Key,
    change: (
      current: OutputOf<Schemas, Key> | undefined,
    ) => InputOf<Schemas, Key> | Promise<InputOf<Schemas, Key>>,
    options?: UpdateOptions,
  ): Promise<OutputOf<Schemas, Key>>

  /** Adds to a number, which is 0 if the key is missing. The schema has to take the sum. */
  increment(key: NumberKeyOf<Schemas>, by?: number): Promise<number>

  /** Watches keys: gives their newest state as it is, and after each change. */
  watch<const Keys extends readonly KeyOf<Schemas>[]>(
    keys: Keys,
    options?: WatchOptions,
  ): AsyncGenerator<WatchedTyped<Schemas, Keys>, void, void>

  /**
   * Gives this store, with a function that makes what the schema takes of a stored value that it does
   * not take. What is read is what the schema makes of that. It is not written back, for nothing that
   * reads writes: an `update` stores the new form. Where the function throws, or returns what the
   * schema does not take either, it is `STORED_VALUE_INVALID` all the same, with the reason; an error
   * of Holdfast that it throws is passed on.
   *
   * @param migrate the function; where each key has a schema of its own, an object with the functions
   * of those keys that have one
   * @throws {@link MisuseError} `WRONG_TYPE`, `INVALID_ARGUMENT`
   *
   * @example
   * ```ts
   * const preferences = persistent_store
   *   .typed(z.object({ theme: z.enum(['dark', 'light']) }))
   *   // Once, the theme was all that there was.
   *   .withMigration((value) => ({ theme: value === 'dark' ? 'dark' : 'light' }))
   * ```
   */
  withMigration(migrate: Migration<Schemas>): TypedStore<Schemas>

  /** Lists a page of all entries of the store, typed here or not. */
  list(options?: ListOptions): Promise<Page>

  /** Goes through all keys of the store, typed here or not. */
  keys(options?: KeysOptions): AsyncGenerator<string, void, void>
}
