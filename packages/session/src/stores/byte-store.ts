import { type EntryMetadata, parseStorageKey, type Version } from '@holdfast/core'
import type { Bytes } from '../bytes.ts'
import type { SessionStorage, StorageEntry } from '../session-storage.ts'
import type {
  Entries,
  SetBytesOptions,
  SetManyOptions,
  UpdateBytesOptions,
} from '../store-options.ts'
import { parseBytes } from './bytes.ts'
import { KeyedStore } from './keyed-store.ts'
import { parseEntries } from './parse-entries.ts'
import { checkOptions } from './parse-options.ts'
import type { OpenAccess } from './store-access.ts'

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

  async set(key: string, value: Uint8Array, options: SetBytesOptions = {}): Promise<Version> {
    checkOptions(options, 'set', ['expiresInMs', 'ifVersion', 'contentType'])
    return await this.write(key, parseValue(value), options)
  }

  async setMany(entries: Entries<Uint8Array>, options: SetManyOptions = {}): Promise<void> {
    checkOptions(options, 'setMany', ['expiresInMs'])
    const values = parseEntries(entries).map(([key, value]) => [key, parseValue(value)] as const)
    await this.writeMany(values, options)
  }

  async update(
    key: string,
    change: (current: Bytes | null) => Uint8Array | Promise<Uint8Array>,
    options: UpdateBytesOptions = {},
  ): Promise<Bytes> {
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

function parseValue(value: unknown): Uint8Array {
  return parseBytes(value, 'A value of session.storage')
}
