import {
  clampRange,
  type EntryMetadata,
  isHoldfastError,
  type ListedEntry,
  mintVersion,
  parseStorageKey,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import type { ByteSource } from '../byte-source.ts'
import type { Bytes } from '../bytes.ts'
import { refuseNested } from '../invocation/running-change.ts'
import type {
  SessionStorage,
  StorageEntry,
  StorageStream,
  WatchedEntries,
  WatchedEntry,
} from '../session-storage.ts'
import type {
  Entries,
  SetBytesOptions,
  SetManyOptions,
  StreamOptions,
  UpdateBytesOptions,
  WatchOptions,
} from '../store-options.ts'
import { ownBytes, parseBytes } from './bytes.ts'
import { beforeReading } from './in-order.ts'
import { KeyedStore } from './keyed-store.ts'
import { parseEntries } from './parse-entries.ts'
import { checkChange, checkOptions, parseExpected } from './parse-options.ts'
import { parseRange } from './range.ts'
import { toReadable } from './readable-body.ts'
import { isByteSource, SourceBody } from './source-body.ts'
import type { OpenAccess } from './store-access.ts'
import { watchKeys } from './watch-keys.ts'

/** `session.storage`: bytes as they are. */
export class ByteStore extends KeyedStore implements SessionStorage {
  constructor(open: OpenAccess) {
    super('storage', parseStorageKey, open)
  }

  async get(key: string): Promise<Bytes | null> {
    const entry = await this.read(key)
    return entry && entry.value
  }

  async getEntry(key: string): Promise<StorageEntry | null> {
    return await this.read(key)
  }

  async stat(key: string): Promise<EntryMetadata | null> {
    return await this.find(key)
  }

  async getMany(keys: Iterable<string>): Promise<Map<string, Bytes>> {
    const entries = await this.readMany(keys)
    return new Map(entries.map(({ key, value }) => [key, value]))
  }

  async stream(key: string, options: StreamOptions = {}): Promise<StorageStream | null> {
    checkOptions(options, 'stream', ['range'])
    const range = parseRange(options.range)
    const parsed = this.parseKey(key)
    const before = beforeReading(this.open, 'storage', [parsed])
    if (before !== null) await before
    const { storage, lifetime } = this.open()
    const found = await storage.readStream('storage', parsed, range, { signal: lifetime })
    if (found === null) return null
    const { metadata, body } = found
    return {
      ...metadata,
      range: clampRange(range, metadata.size),
      body: toReadable(body, this.open),
    }
  }

  async set(
    key: string,
    value: Uint8Array | ByteSource,
    options: SetBytesOptions = {},
  ): Promise<Version> {
    if (isByteSource(value)) return await this.#setFrom(key, value, options)
    checkOptions(options, 'set', setOptions)
    const kept = this.#kept(parseValue(value))
    return await this.write(key, () => kept, options)
  }

  async #setFrom(key: string, source: ByteSource, options: SetBytesOptions): Promise<Version> {
    const body = new SourceBody(key, source)
    try {
      checkOptions(options, 'set', setOptions)
      return await this.#writeFrom(this.parseKey(key), body, options)
    } catch (error) {
      body.end(error)
      throw error
    }
  }

  async #writeFrom(key: StorageKey, body: SourceBody, options: SetBytesOptions): Promise<Version> {
    const { expiresAt = null, contentType = null } = this.parseSettings(options)
    const expected = parseExpected(options)
    refuseNested(this.open().storage, 'storage', [key])
    const before = beforeReading(this.open, 'storage', [key])
    if (before !== null) await before
    const { storage, lifetime } = this.open()
    const version = mintVersion()
    const put = { key, version, expiresAt, contentType, expected, body }
    try {
      await storage.writeStream('storage', put, { signal: lifetime })
    } catch (error) {
      // What ended the invocation ended the upload; where that is in doubt, the error says so.
      if (lifetime.aborted && !isHoldfastError(error, 'OUTCOME_UNKNOWN')) this.open()
      throw body.failure ?? error
    }
    return version
  }

  async setMany(entries: Entries<Uint8Array>, options: SetManyOptions = {}): Promise<void> {
    checkOptions(options, 'setMany', ['expiresInMs'])
    const values = parseEntries(entries).map(
      ([key, value]) => [key, this.#kept(parseValue(value))] as const,
    )
    const keys = values.map(([key]) => key)
    await this.writeMany(keys, () => values, options)
  }

  /** A copy of the bytes where they may have to wait, for their owner does not. */
  #kept(value: Uint8Array): Uint8Array {
    return this.open().pending.size === 0 ? value : new Uint8Array(value)
  }

  watch<const Keys extends readonly string[]>(
    keys: Keys,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchedEntries<Keys>, void, void> {
    return watchKeys(
      { store: 'storage', open: this.open, parseKey: this.parseKey },
      keys,
      options,
      toState,
    ) as AsyncGenerator<WatchedEntries<Keys>, void, void>
  }

  async update(
    key: string,
    change: (current: Bytes | null) => Uint8Array | Promise<Uint8Array>,
    options: UpdateBytesOptions = {},
  ): Promise<Bytes> {
    checkChange(change)
    checkOptions(options, 'update', ['expiresInMs', 'contentType'])
    let result = new Uint8Array()
    const changeEntry = async (entry: StorageEntry | null): Promise<Uint8Array> => {
      // A copy, because the entry is compared with what comes back.
      const changed = await change(entry && new Uint8Array(entry.value))
      result = new Uint8Array(parseValue(changed))
      return result
    }
    await this.replace(key, changeEntry, options)
    return result
  }
}

const setOptions = ['expiresInMs', 'ifVersion', 'contentType']

function toState(entries: readonly (ListedEntry | null)[]): readonly (WatchedEntry | null)[] {
  return entries.map((entry) => entry && { ...entry, value: entry.value && ownBytes(entry.value) })
}

function parseValue(value: unknown): Uint8Array {
  return parseBytes(value, 'A value of session.storage')
}
