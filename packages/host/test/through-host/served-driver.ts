import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  type Commit,
  type Entry,
  type EntryStream,
  type EpochMs,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Quota,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  type StreamPut,
  type Usage,
  type Version,
} from '@holdfast/core'

/** The quota in the manifests of the relay, so that a host that gives another one is found out. */
export const manifestQuotaBytes = 123_456_789_012

/**
 * The driver that a host serves the relay plugin from. Plugins cannot name their quota: the host
 * takes it from the manifest. The kit has another one for each write, which this puts in the place of
 * the manifest's, by the version that the write bears.
 */
export class ServedDriver implements StorageDriver {
  readonly name: string
  readonly capabilities: Capabilities
  /** By the version of the first put of a commit. A commit without puts meets no quota. */
  readonly quotas = new Map<Version, Quota | null>()
  readonly #driver: StorageDriver

  constructor(driver: StorageDriver) {
    this.name = driver.name
    this.capabilities = driver.capabilities
    this.#driver = driver
  }

  open(options?: CallOptions): Promise<void> {
    return this.#driver.open(options)
  }

  close(): Promise<void> {
    return this.#driver.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    return this.#driver.get(scope, keys, options)
  }

  commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    const quota = this.#quotaOf(commit.quota, commit.puts[0]?.version)
    return this.#driver.commit(target, { ...commit, quota }, options)
  }

  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    return this.#driver.list(scope, query, options)
  }

  usage(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#driver.usage(scope, options)
  }

  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage> {
    return this.#driver.scopes(query, options)
  }

  clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#driver.clear(scope, options)
  }

  sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    return this.#driver.sweep(now, options)
  }

  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    return this.#driver.readStream(scope, key, range, options)
  }

  writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    const quota = this.#quotaOf(put.quota, put.version)
    return this.#driver.writeStream(scope, { ...put, quota }, options)
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    return this.#driver.watch(scope, keys, options)
  }

  #quotaOf(given: Quota | null, version: Version | undefined): Quota | null {
    if (given?.maxBytes !== manifestQuotaBytes) throw new Error('The host gave another quota.')
    return (version === undefined ? undefined : this.quotas.get(version)) ?? null
  }
}
