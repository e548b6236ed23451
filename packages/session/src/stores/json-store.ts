import {
  type EntryMetadata,
  HoldfastError,
  type JsonValue,
  type ListedEntry,
  parsePersistentStoreKey,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import type { JsonEntry } from '../json-entry.ts'
import type { PersistentStore, WatchedJson } from '../persistent-store.ts'
import type { StorageEntry } from '../session-storage.ts'
import type {
  Entries,
  SetManyOptions,
  SetOptions,
  UpdateOptions,
  WatchOptions,
} from '../store-options.ts'
import { addStep, parseStep } from './increment.ts'
import type { JsonCodec } from './json-codec.ts'
import { KeyedStore } from './keyed-store.ts'
import { parseEntries } from './parse-entries.ts'
import { checkChange, checkOptions } from './parse-options.ts'
import type { OpenAccess } from './store-access.ts'
import { watchKeys } from './watch-keys.ts'

/** Values as UTF-8 JSON, in the store `persistent_store`. */
export class JsonStore extends KeyedStore implements Omit<PersistentStore, 'typed'> {
  readonly #codec: JsonCodec

  constructor(open: OpenAccess, codec: JsonCodec) {
    super('persistent_store', codec.parseKey, open, parsePersistentStoreKey)
    this.#codec = codec
  }

  async get<Value = JsonValue>(key: string): Promise<Value | undefined> {
    const entry = await this.read(key)
    return entry === null ? undefined : await this.#decode<Value>(entry)
  }

  async getEntry<Value = JsonValue>(key: string): Promise<JsonEntry<Value> | undefined> {
    const entry = await this.read(key)
    return entry === null ? undefined : { ...entry, value: await this.#decode<Value>(entry) }
  }

  async stat(key: string): Promise<EntryMetadata | undefined> {
    return (await this.find(key)) ?? undefined
  }

  async getMany<Value = JsonValue>(keys: Iterable<string>): Promise<Map<string, Value>> {
    const entries = await this.readMany(keys)
    return new Map(
      await Promise.all(
        entries.map(async (entry) => [entry.key, await this.#decode<Value>(entry)] as const),
      ),
    )
  }

  async set(key: string, value: unknown, options: SetOptions = {}): Promise<Version> {
    checkOptions(options, 'set', ['expiresInMs', 'ifVersion'])
    return await this.write(key, () => this.#encode(key, value), options)
  }

  async setMany(entries: Entries<unknown>, options: SetManyOptions = {}): Promise<void> {
    checkOptions(options, 'setMany', ['expiresInMs'])
    const parsed = parseEntries(entries)
    // All values are copied before the first of them is waited for.
    const encode = (): Promise<(readonly [string, Uint8Array])[]> =>
      Promise.all(
        parsed.map(async ([key, value]) => [key, await this.#encode(key, value)] as const),
      )
    await this.writeMany(
      parsed.map(([key]) => key),
      encode,
      options,
    )
  }

  async update<Value = JsonValue>(
    key: string,
    change: (current: Value | undefined) => unknown,
    options: UpdateOptions = {},
  ): Promise<Value> {
    checkChange(change)
    checkOptions(options, 'update', ['expiresInMs'])
    let result: unknown
    const changeEntry = async (entry: StorageEntry | null): Promise<Uint8Array> => {
      const changed = await change(entry === null ? undefined : await this.#decode<Value>(entry))
      if (changed === undefined) throw nothingReturned()
      const { bytes, value } = await this.#codec.encode(key, changed)
      result = value
      return bytes
    }
    await this.replace(key, changeEntry, options)
    return result as Value
  }

  async increment(key: string, by = 1): Promise<number> {
    const step = parseStep(by)
    return await this.update<number>(key, (current: unknown) => addStep(key, current, step))
  }

  watch<Value = JsonValue, const Keys extends readonly string[] = readonly string[]>(
    keys: Keys,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchedJson<Keys, Value>, void, void> {
    const target = { store: 'persistent_store', open: this.open, parseKey: this.parseKey } as const
    return watchKeys(target, keys, options, async (entries) => {
      const state = await Promise.all(entries.map((entry) => this.#decodeWatched<Value>(entry)))
      return state as WatchedJson<Keys, Value>
    })
  }

  async #encode(key: string, value: unknown): Promise<Uint8Array> {
    const { bytes } = await this.#codec.encode(key, value)
    return bytes
  }

  async #decodeWatched<Value>(entry: ListedEntry | null): Promise<JsonEntry<Value> | undefined> {
    if (entry === null) return undefined
    const { key, value } = entry
    if (value === null) throw tooLarge(entry)
    return { ...entry, value: await this.#decode<Value>({ key, value }) }
  }

  async #decode<Value>({ key, value }: Encoded): Promise<Value> {
    return (await this.#codec.decode(key, value)) as Value
  }
}

interface Encoded {
  readonly key: StorageKey
  readonly value: Uint8Array
}

function nothingReturned(): HoldfastError {
  return new HoldfastError(
    'INVALID_JSON_VALUE',
    'The function of update returned undefined. A function that changes the value in place must return it, too; to remove a key use delete with ifVersion. Nothing was written.',
  )
}

function tooLarge({ key, size }: ListedEntry): HoldfastError {
  return new HoldfastError(
    'VALUE_TOO_LARGE',
    `The key ${JSON.stringify(key)} of persistent_store holds ${size} bytes, which are too many to be read whole. Something other than persistent_store wrote them. Overwrite or delete the key.`,
    { context: { key, size } },
  )
}
