import {
  type EntryMetadata,
  type EpochMs,
  isHoldfastError,
  limits,
  type ListedEntry,
  mintVersion,
  parseKeyPrefix,
  type Put,
  type StorageKey,
  type StoreName,
  type Version,
} from '@holdfast/core'
import { refuseNested, runChange, runningChanges } from '../invocation/running-change.ts'
import type { StorageEntry } from '../session-storage.ts'
import type {
  DeleteOptions,
  KeysOptions,
  ListOptions,
  Page,
  SetBytesOptions,
  UpdateBytesOptions,
} from '../store-options.ts'
import { getEntries } from './get-entries.ts'
import { beforeListing, beforeReading, nothingToPrepare, writeInOrder } from './in-order.ts'
import { parseKeys } from './parse-entries.ts'
import {
  checkOptions,
  parseContentType,
  parseCursor,
  parseExpected,
  parseExpiry,
} from './parse-options.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import type { OpenAccess } from './store-access.ts'

/** What the two stores do alike: all that does not look into a value. */
export abstract class KeyedStore {
  readonly #store: StoreName
  protected readonly open: OpenAccess
  protected readonly parseKey: (key: unknown) => StorageKey

  readonly #parsePrefixKey: (key: unknown) => StorageKey

  /** @param parsePrefix what keys begin with, where that may be no key itself */
  protected constructor(
    store: StoreName,
    parseKey: (key: unknown) => StorageKey,
    open: OpenAccess,
    parsePrefix: (key: unknown) => StorageKey = parseKey,
  ) {
    this.#store = store
    this.open = open
    this.parseKey = parseKey
    this.#parsePrefixKey = parsePrefix
  }

  async exists(key: string): Promise<boolean> {
    return (await this.find(key)) !== null
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    checkOptions(options, 'delete', ['ifVersion'])
    const expected = parseExpected(options)
    await this.#writeInOrder([this.parseKey(key)], nothingToPrepare, async (_prepared, keys) => {
      await this.#commit([], keys, expected)
    })
  }

  async deleteMany(keys: Iterable<string>): Promise<void> {
    await this.#writeInOrder(
      this.#parseKeys(keys, 'deleteMany'),
      nothingToPrepare,
      async (_prepared, all) => {
        await this.#commit([], all)
      },
    )
  }

  async list(options: ListOptions = {}): Promise<Page> {
    checkOptions(options, 'list', ['prefix', 'cursor', 'limit'])
    const { prefix = '', cursor, limit = limits.defaultListLimit } = options
    const query = {
      prefix: this.#parsePrefix(prefix),
      cursor: parseCursor(cursor),
      limit,
      keysOnly: true,
    }
    const before = beforeListing(this.open, this.#store, query.prefix)
    if (before !== null) await before
    const { storage, signal } = this.open()
    const page = await storage.list(this.#store, query, { signal })
    return {
      entries: page.entries.map(withoutValue),
      cursor: page.cursor,
    }
  }

  async *keys(options: KeysOptions = {}): AsyncGenerator<string, void, void> {
    checkOptions(options, 'keys', ['prefix'])
    let cursor: Page['cursor'] = null
    do {
      const page: Page = await this.list({ ...options, cursor, limit: limits.maxListLimit })
      for (const { key } of page.entries) yield key
      cursor = page.cursor
    } while (cursor !== null)
  }

  /** All of an entry but its value. */
  protected async find(key: string): Promise<EntryMetadata | null> {
    const parsed = this.parseKey(key)
    const before = beforeReading(this.open, this.#store, [parsed])
    if (before !== null) await before
    const { storage, signal } = this.open()
    // The first key with this prefix, in order, is the key itself if it is there.
    const query = { prefix: parsed, cursor: null, limit: 1, keysOnly: true }
    const { entries } = await storage.list(this.#store, query, { signal })
    const [first] = entries
    return first?.key === parsed ? withoutValue(first) : null
  }

  protected async read(key: string): Promise<StorageEntry | null> {
    const [entry = null] = await this.#getEntries([this.parseKey(key)])
    return entry
  }

  /** Those of the entries that are there, in the order asked. */
  protected async readMany(keys: Iterable<string>): Promise<readonly StorageEntry[]> {
    const entries = await this.#getEntries(this.#parseKeys(keys, 'getMany'))
    return entries.filter((entry) => entry !== null)
  }

  protected async write(
    key: string,
    prepare: () => Uint8Array | Promise<Uint8Array>,
    options: SetBytesOptions,
  ): Promise<Version> {
    const parsed = this.parseKey(key)
    return await this.#writeInOrder([parsed], prepare, async (value) => {
      const put = this.#toPut(parsed, value, options)
      await this.#commit([put], [], parseExpected(options))
      return put.version
    })
  }

  protected async writeMany(
    keys: readonly string[],
    prepare: () => Values | Promise<Values>,
    options: SetBytesOptions,
  ): Promise<void> {
    const parsed = keys.map((key) => this.parseKey(key))
    await this.#writeInOrder(parsed, prepare, async (values) => {
      const puts = values.map(([key, value]) => this.#toPut(this.parseKey(key), value, options))
      await this.#commit(puts, [])
    })
  }

  /** Replaces a value by what `change` makes of the entry, until nobody else is faster. */
  protected async replace(
    key: string,
    change: (entry: StorageEntry | null) => Promise<Uint8Array>,
    options: UpdateBytesOptions,
  ): Promise<void> {
    const parsed = this.parseKey(key)
    this.parseSettings(options)
    const { storage, signal } = this.open()
    refuseNested(storage, this.#store, [parsed])
    const hasSettings = options.expiresInMs !== undefined || options.contentType !== undefined
    const attempt = async (): Promise<boolean> => {
      const [entry = null] = await this.#getEntries([parsed])
      const value = await runChange(storage, this.#store, parsed, () => change(entry))
      if (entry !== null && !hasSettings && Buffer.compare(entry.value, value) === 0) return true
      return await this.#commitIfUnchanged(this.#toPut(parsed, value, options, entry), entry)
    }
    const update = (): Promise<void> => retryLostRaces([parsed], signal, attempt)
    // Two updates that wait in one another's functions for what the other holds would wait for ever.
    if (runningChanges().length > 0) await update()
    else await storage.inTurn(this.#store, parsed, update, { signal })
  }

  /** Whether nobody else was faster. */
  async #commitIfUnchanged(put: Put, entry: StorageEntry | null): Promise<boolean> {
    try {
      const expected = entry?.version ?? null
      await this.#writeInOrder([put.key], nothingToPrepare, () => this.#commit([put], [], expected))
      return true
    } catch (error) {
      if (isHoldfastError(error, 'VERSION_MISMATCH')) return false
      throw error
    }
  }

  #getEntries(keys: readonly StorageKey[]): Promise<readonly (StorageEntry | null)[]> {
    return getEntries(this.open, this.#store, keys)
  }

  /** Writes keys of this store, or removes them, when it is their turn. */
  #writeInOrder<Prepared, Result>(
    keys: readonly StorageKey[],
    prepare: () => Prepared | Promise<Prepared>,
    act: (prepared: Prepared, keys: readonly StorageKey[]) => Promise<Result>,
  ): Promise<Result> {
    const puts = keys.map((key) => ({ store: this.#store, key }))
    const written = { checks: [], puts, deletes: [] }
    return writeInOrder(this.open, written, prepare, (prepared) => act(prepared, keys))
  }

  /** Begins the commit before it returns, so that the values are copied before the caller goes on. */
  async #commit(
    puts: readonly Put[],
    deletes: readonly StorageKey[],
    expected?: Version | null,
  ): Promise<void> {
    const { storage, signal } = this.open()
    const store = this.#store
    const checked = [...puts.map(({ key }) => key), ...deletes]
    if (checked.length === 0) return
    refuseNested(storage, store, checked)
    await storage.commit(
      {
        checks:
          expected === undefined ? [] : checked.map((key) => ({ store, key, version: expected })),
        puts,
        deletes: deletes.map((key) => ({ store, key })),
      },
      { signal },
    )
  }

  /** What `options` do not say is kept of the entry, if one is given. */
  #toPut(
    key: StorageKey,
    value: Uint8Array,
    options: UpdateBytesOptions,
    kept: StorageEntry | null = null,
  ): Put {
    const { expiresAt, contentType } = this.parseSettings(options)
    return {
      store: this.#store,
      key,
      value,
      version: mintVersion(),
      expiresAt: expiresAt ?? kept?.expiresAt ?? null,
      contentType: contentType ?? kept?.contentType ?? null,
    }
  }

  protected parseSettings({ expiresInMs, contentType }: UpdateBytesOptions): Settings {
    return {
      expiresAt: parseExpiry(expiresInMs, () => this.open().clock()),
      contentType: parseContentType(contentType),
    }
  }

  /** Each of the keys once. */
  #parseKeys(keys: Iterable<string>, method: string): readonly StorageKey[] {
    return [...new Set(parseKeys(keys, method, this.parseKey))]
  }

  #parsePrefix(prefix: unknown): string {
    return parseKeyPrefix(prefix) === '' ? '' : this.#parsePrefixKey(prefix)
  }
}

function withoutValue({ value: _none, ...metadata }: ListedEntry): EntryMetadata {
  return metadata
}

type Values = readonly (readonly [key: string, value: Uint8Array])[]

interface Settings {
  readonly expiresAt: EpochMs | undefined
  readonly contentType: string | undefined
}
