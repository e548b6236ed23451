import {
  decodeJson,
  encodeJson,
  type EntryMetadata,
  HoldfastError,
  type JsonValue,
  type ListedEntry,
  parsePersistentStoreKey,
  type Version,
} from '@holdfast/core'
import type { JsonEntry, PersistentStore, WatchedJson } from '../persistent-store.ts'
import type { StorageEntry } from '../session-storage.ts'
import type {
  Entries,
  SetManyOptions,
  SetOptions,
  UpdateOptions,
  WatchOptions,
} from '../store-options.ts'
import { addStep, parseStep } from './increment.ts'
import { KeyedStore } from './keyed-store.ts'
import { parseEntries } from './parse-entries.ts'
import { checkChange, checkOptions } from './parse-options.ts'
import type { OpenAccess } from './store-access.ts'
import { watchKeys } from './watch-keys.ts'

/** `persistent_store`: values as UTF-8 JSON. */
export class JsonStore extends KeyedStore implements PersistentStore {
  constructor(open: OpenAccess) {
    super('persistent_store', parsePersistentStoreKey, open)
  }

  async get<Value = JsonValue>(key: string): Promise<Value | undefined> {
    const entry = await this.read(key)
    return entry === null ? undefined : (decodeJson(entry.value) as Value)
  }

  async getEntry<Value = JsonValue>(key: string): Promise<JsonEntry<Value> | undefined> {
    const entry = await this.read(key)
    return entry === null ? undefined : { ...entry, value: decodeJson(entry.value) as Value }
  }

  async stat(key: string): Promise<EntryMetadata | undefined> {
    return (await this.find(key)) ?? undefined
  }

  async getMany<Value = JsonValue>(keys: Iterable<string>): Promise<Map<string, Value>> {
    const entries = await this.readMany(keys)
    return new Map(entries.map(({ key, value }) => [key, decodeJson(value) as Value]))
  }

  async set(key: string, value: unknown, options: SetOptions = {}): Promise<Version> {
    checkOptions(options, 'set', ['expiresInMs', 'ifVersion'])
    return await this.write(key, encodeJson(value), options)
  }

  async setMany(entries: Entries<unknown>, options: SetManyOptions = {}): Promise<void> {
    checkOptions(options, 'setMany', ['expiresInMs'])
    const values = parseEntries(entries).map(([key, value]) => [key, encodeJson(value)] as const)
    await this.writeMany(values, options)
  }

  watch<Value = JsonValue, const Keys extends readonly string[] = readonly string[]>(
    keys: Keys,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchedJson<Keys, Value>, void, void> {
    return watchKeys(
      { store: 'persistent_store', open: this.open, parseKey: this.parseKey },
      keys,
      options,
      toState,
    ) as AsyncGenerator<WatchedJson<Keys, Value>, void, void>
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
      result = await change(entry === null ? undefined : (decodeJson(entry.value) as Value))
      if (result === undefined) throw nothingReturned()
      return encodeJson(result)
    }
    await this.replace(key, changeEntry, options)
    return result as Value
  }

  async increment(key: string, by = 1): Promise<number> {
    const step = parseStep(by)
    return await this.update<number>(key, (current: unknown) => addStep(key, current, step))
  }
}

function toState(entries: readonly (ListedEntry | null)[]): readonly (JsonEntry | undefined)[] {
  return entries.map((entry) => {
    if (entry === null) return undefined
    if (entry.value === null) throw tooLarge(entry)
    return { ...entry, value: decodeJson(entry.value) }
  })
}

function tooLarge({ key, size }: ListedEntry): HoldfastError {
  return new HoldfastError(
    'VALUE_TOO_LARGE',
    `The key ${JSON.stringify(key)} of persistent_store holds ${size} bytes, which are too many to be read whole. Something other than persistent_store wrote them. Overwrite or delete the key.`,
    { context: { key, size } },
  )
}

function nothingReturned(): HoldfastError {
  return new HoldfastError(
    'INVALID_JSON_VALUE',
    'The function of update returned undefined. A function that changes the value in place must return it, too; to remove a key use delete with ifVersion. Nothing was written.',
  )
}
