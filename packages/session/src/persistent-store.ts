import type { EntryMetadata, JsonValue, Version } from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonInput } from './json-compatible.ts'
import type { JsonEntry } from './json-entry.ts'
import type {
  DeleteOptions,
  Entries,
  KeysOptions,
  ListOptions,
  Page,
  SetManyOptions,
  SetOptions,
  UpdateOptions,
  WatchOptions,
} from './store-options.ts'
import type { StoreSchemas, TypedStore } from './typed-store.ts'

/** One entry for each key that is watched, in the order asked; `undefined` where there is none. */
export type WatchedJson<Keys extends readonly string[], Value = JsonValue> = {
  readonly [Index in keyof Keys]: JsonEntry<Value> | undefined
}

/**
 * JSON by key, kept for this plugin in this workspace across invocations, restarts and upgrades.
 *
 * A key is well-formed Unicode of 1 to 512 bytes of UTF-8 without U+0000, and without `:` and `#`.
 * A value is strict JSON: what JSON would silently change or drop (`undefined`, NaN, a Date, a Map, a
 * class instance, a cycle) is refused with the path of the offender. A missing key is `undefined`,
 * a stored `null` is `null`. It never sees a key of `session.storage`. Its
 * methods need no `this`: `const { get } = persistent_store` does.
 *
 * Every method rejects with `NO_INVOCATION` outside an invocation, and otherwise as those of
 * `session.storage` do. Where a method takes a type for the stored value, it takes it at your word;
 * `typed` has values checked by a schema.
 *
 * @example
 * ```ts
 * import { persistent_store } from '@holdfast/session'
 *
 * await persistent_store.set('preferences', { theme: 'dark' })
 * const preferences = await persistent_store.get<Preferences>('preferences')
 * ```
 */
export interface PersistentStore {
  /**
   * Reads a value; `undefined` if there is none.
   *
   * @throws {@link HoldfastError} `STORED_VALUE_NOT_JSON`
   */
  get<Value = JsonValue>(key: string): Promise<Value | undefined>

  /** Reads a value with its version, size and times; `undefined` if there is none. */
  getEntry<Value = JsonValue>(key: string): Promise<JsonEntry<Value> | undefined>

  /** Reads all of an entry but its value: version, size and times; `undefined` if there is none. */
  stat(key: string): Promise<EntryMetadata | undefined>

  /** Whether the key is there. Does not read its value. */
  exists(key: string): Promise<boolean>

  /**
   * Reads many values. Beyond 1,000 keys it is several reads, each of one moment of its own.
   *
   * @returns values by key in the order asked; missing keys are missing in it
   */
  getMany<Value = JsonValue>(keys: Iterable<string>): Promise<Map<string, Value>>

  /**
   * Writes a value. It replaces the whole entry: without `expiresInMs` it does not expire any more.
   *
   * @returns the version of what was written
   * @throws {@link HoldfastError} `INVALID_JSON_VALUE`, `VALUE_TOO_LARGE`, `QUOTA_EXCEEDED`,
   * `VERSION_MISMATCH`
   */
  set<Value>(key: string, value: JsonInput<Value>, options?: SetOptions): Promise<Version>

  /**
   * Writes many values, all or none.
   *
   * @param entries at most 1,000 different keys with at most 64 MiB of values together
   * @throws {@link HoldfastError} `COMMIT_TOO_LARGE` beyond that, and as `set`
   */
  setMany<Value>(entries: Entries<JsonInput<Value>>, options?: SetManyOptions): Promise<void>

  /**
   * Removes a key. To remove what is not there is no error.
   *
   * @throws {@link HoldfastError} `VERSION_MISMATCH`
   */
  delete(key: string, options?: DeleteOptions): Promise<void>

  /**
   * Removes many keys, all or none.
   *
   * @param keys at most 1,000
   * @throws {@link HoldfastError} `COMMIT_TOO_LARGE` beyond that
   */
  deleteMany(keys: Iterable<string>): Promise<void>

  /**
   * Changes a value by a function of what it is, so that concurrent updates lose none: if somebody
   * wrote the key meanwhile, the function is called again with what they wrote. It must not do what
   * may not be done twice.
   *
   * The entry keeps its expiry unless `options` say otherwise. If the value stays the same and no
   * options are given, nothing is written. To remove the key use `delete` with `ifVersion`.
   *
   * @param change gets the value, `undefined` if there is none, to do with as it likes; returns the
   * new value, or a promise of it. To return nothing is refused: it is what a function does that
   * changes the value in place and forgets to return it.
   * @returns the new value
   * @throws {@link HoldfastError} `CONTENTION`, retryable, when others were faster many times over;
   * `NESTED_UPDATE` inside an update of the same key; and as `set`
   *
   * @example
   * ```ts
   * await persistent_store.update('visited', (urls: string[] = []) => [...urls, url])
   * ```
   */
  update<Value = JsonValue>(
    key: string,
    change: (current: Value | undefined) => NoInfer<Value> | Promise<NoInfer<Value>>,
    options?: UpdateOptions,
  ): Promise<Value>

  /**
   * Adds to a number, which is 0 if the key is missing. Concurrent increments lose none. The entry
   * keeps its expiry.
   *
   * @param by 1 if not given; a finite number, which may be negative
   * @returns the new number
   * @throws {@link HoldfastError} `NOT_A_NUMBER` when something else is stored; `INVALID_ARGUMENT`
   * when the result would be beyond ±(2^53 - 1), where numbers lose exactness
   */
  increment(key: string, by?: number): Promise<number>

  /**
   * Watches keys: gives their entries as they are, and again whenever one of them was written,
   * deleted or has expired, by whatever process. The last state always comes; states in between may
   * be left out, so that one who is slow to ask for the next needs no memory.
   *
   * It ends when the loop over it is left, when its signal aborts and with its invocation, all of
   * them without an error.
   *
   * @param keys at most 16
   * @throws {@link MisuseError} `INVALID_ARGUMENT` for more keys
   * @throws {@link HoldfastError} `STORED_VALUE_NOT_JSON`; `UNSUPPORTED` where the operator's store
   * cannot be watched
   *
   * @example
   * ```ts
   * for await (const [job] of persistent_store.watch<Job>([`jobs/${id}`])) {
   *   if (job?.value.state === 'done') break
   * }
   * ```
   */
  watch<Value = JsonValue, const Keys extends readonly string[] = readonly string[]>(
    keys: Keys,
    options?: WatchOptions,
  ): AsyncGenerator<WatchedJson<Keys, Value>, void, void>

  /**
   * Lists a page of entries by literal prefix, in order of the bytes of their keys in UTF-8.
   *
   * @throws {@link HoldfastError} `INVALID_CURSOR`, `INVALID_ARGUMENT` for a limit out of range
   */
  list(options?: ListOptions): Promise<Page>

  /**
   * Goes through all keys by literal prefix, in order, page by page. A key that is there all the
   * time comes once, whatever is written to other keys meanwhile.
   */
  keys(options?: KeysOptions): AsyncGenerator<string, void, void>

  /**
   * Gives this store a schema, of any library that implements Standard Schema, for the values of all
   * its keys, or one for each of its keys: then values have types, and are checked on their way in
   * and out. It may be called where a module is loaded; only the methods of what it gives need an
   * invocation.
   *
   * @param schemas a schema, or an object with the schema of each key that there is
   * @throws {@link MisuseError} `WRONG_TYPE` for what is no schema
   *
   * @example
   * ```ts
   * const preferences = persistent_store.typed(z.object({ theme: z.enum(['dark', 'light']) }))
   * await preferences.set('ada', { theme: 'dark' })
   *
   * const state = persistent_store.typed({ cursor: z.string(), seen: z.int() })
   * await state.increment('seen')
   * ```
   */
  typed<Schema extends StandardSchemaV1>(
    schema: Schema,
  ): TypedStore<Readonly<Record<string, Schema>>>
  typed<Schemas extends StoreSchemas>(schemas: Schemas): TypedStore<Schemas>
}
