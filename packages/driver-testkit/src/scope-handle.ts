import {
  type CallOptions,
  type Check,
  type Commit,
  type Cursor,
  type Delete,
  type ByteRange,
  type Entry,
  type EntryStream,
  type EpochMs,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  mintVersion,
  parseStorageKey,
  type Put,
  type Quota,
  type Scope,
  type StorageDriver,
  type StoreName,
  type Usage,
  type Version,
} from '@holdfast/core'
import { joined } from './bodies.ts'
import { type StartWatch, WatchProbe } from './watch-probe.ts'

/** More pages than the listing of any check has. */
const mostPages = 5_000

/** A value as a check writes it down: bytes, or a text that stands for its UTF-8. */
export type ValueLike = Uint8Array | string

/** What a put has besides its key and value; all may be left out. */
export interface PutOptions {
  readonly store?: StoreName
  readonly version?: Version
  readonly expiresAt?: EpochMs | null
  readonly contentType?: string | null
}

/** What an upload has besides its key and body; all may be left out. */
export interface UploadOptions extends Omit<PutOptions, 'store'> {
  readonly expected?: Version | null
  readonly quota?: Quota | null
}

/** One store of one plugin through one driver, with the shortest words that checks can be told in. */
export class ScopeHandle {
  readonly driver: StorageDriver
  readonly scope: Scope

  readonly #patienceMs: number

  constructor(driver: StorageDriver, scope: Scope, patienceMs: number) {
    this.driver = driver
    this.scope = scope
    this.#patienceMs = patienceMs
  }

  /** Commits one put. Returns its version. */
  async put(
    key: string,
    value: ValueLike = 'value',
    options: PutOptions & { readonly quota?: Quota | null } = {},
  ): Promise<Version> {
    const put = this.putOf(key, value, options)
    await this.commit({ puts: [put], quota: options.quota ?? null })
    return put.version
  }

  /** Commits puts of many keys with one value, in as many commits as the driver needs. */
  async putMany(keys: readonly string[], value: ValueLike = 'value'): Promise<void> {
    const most = this.driver.capabilities.maxCommitEntries
    for (let start = 0; start < keys.length; start += most) {
      const puts = keys.slice(start, start + most).map((key) => this.putOf(key, value))
      await this.commit({ puts })
    }
  }

  async delete(...keys: readonly string[]): Promise<void> {
    await this.commit({ deletes: keys.map((key) => this.deleteOf(key)) })
  }

  commit(change: Partial<Commit>, options?: CallOptions): Promise<void> {
    const whole = { checks: [], puts: [], deletes: [], quota: null, ...change }
    return this.driver.commit(this.scope, whole, options)
  }

  putOf(key: string, value: ValueLike = 'value', options: PutOptions = {}): Put {
    return {
      store: options.store ?? this.scope.store,
      key: parseStorageKey(key),
      value: typeof value === 'string' ? new TextEncoder().encode(value) : value,
      version: options.version ?? mintVersion(),
      expiresAt: options.expiresAt ?? null,
      contentType: options.contentType ?? null,
    }
  }

  deleteOf(key: string, store: StoreName = this.scope.store): Delete {
    return { store, key: parseStorageKey(key) }
  }

  checkOf(key: string, version: Version | null, store: StoreName = this.scope.store): Check {
    return { store, key: parseStorageKey(key), version }
  }

  async get(key: string): Promise<Entry | null> {
    const [entry] = await this.getMany([key])
    return entry ?? null
  }

  getMany(keys: readonly string[], options?: CallOptions): Promise<readonly (Entry | null)[]> {
    return this.driver.get(this.scope, keys.map(parseStorageKey), options)
  }

  /** The value of a key, read as UTF-8; `null` where there is no entry. */
  async text(key: string): Promise<string | null> {
    const entry = await this.get(key)
    return entry && new TextDecoder('utf-8', { ignoreBOM: true }).decode(entry.value)
  }

  list(query: Partial<ListQuery> = {}, options?: CallOptions): Promise<ListPage> {
    const whole = { prefix: '', cursor: null, limit: 1000, keysOnly: false, ...query }
    return this.driver.list(this.scope, whole, options)
  }

  /** All entries of a listing, from its cursor on, page by page. */
  async listAll(query: Partial<ListQuery> = {}): Promise<readonly ListedEntry[]> {
    const entries: ListedEntry[] = []
    let cursor: Cursor | null = query.cursor ?? null
    for (let pages = 0; pages < mostPages; pages++) {
      const page: ListPage = await this.list({ ...query, cursor })
      entries.push(...page.entries)
      if (page.cursor === null) return entries
      cursor = page.cursor
    }
    throw new Error(`The listing does not end: ${mostPages} pages and still a cursor.`)
  }

  /** All keys of a listing, from its cursor on, page by page. */
  async keys(query: Partial<ListQuery> = {}): Promise<readonly string[]> {
    return (await this.listAll({ keysOnly: true, ...query })).map(({ key }) => key)
  }

  usage(options?: CallOptions): Promise<Usage> {
    return this.driver.usage(this.scope, options)
  }

  clear(options?: CallOptions): Promise<Usage> {
    return this.driver.clear(this.scope, options)
  }

  /** Writes a value from a stream. Returns its version. */
  async upload(
    key: string,
    body: AsyncIterable<Uint8Array>,
    { expected, quota = null, ...options }: UploadOptions = {},
    callOptions?: CallOptions,
  ): Promise<Version> {
    const { store: _store, value: _value, ...put } = this.putOf(key, '', options)
    await this.driver.writeStream(this.scope, { ...put, expected, quota, body }, callOptions)
    return put.version
  }

  download(
    key: string,
    range: ByteRange | null = null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    return this.driver.readStream(this.scope, parseStorageKey(key), range, options)
  }

  /** The bytes of a value, or of a range of it, read as a stream; `null` where there is no entry. */
  async bytes(key: string, range: ByteRange | null = null): Promise<Uint8Array | null> {
    const stream = await this.download(key, range)
    return stream && joined(stream.body)
  }

  /** Begins to watch keys. Hold it with `await using`. */
  watch(...keys: readonly string[]): WatchProbe {
    const watched = keys.map(parseStorageKey)
    const watch: StartWatch = (options) => this.driver.watch(this.scope, watched, options)
    return new WatchProbe(watch, this.#patienceMs)
  }
}
