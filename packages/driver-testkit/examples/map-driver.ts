import {
  type Clock,
  type Commit,
  compareKeys,
  decodeCursor,
  encodeCursor,
  type Entry,
  entryBytes,
  type EpochMs,
  fitsQuota,
  limits,
  type ListPage,
  type ListQuery,
  manageDriver,
  parsePluginId,
  parseWorkspaceId,
  type PluginScope,
  quotaExceeded,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  type StoreName,
  storeNames,
  unsupported,
  type Usage,
  versionMismatch,
} from '@holdfast/core'

/** A driver over a `Map` for each scope. */
export function createMapDriver(options: { readonly clock?: Clock } = {}): StorageDriver {
  return manageDriver(new MapDriver(options.clock ?? Date.now))
}

/** What `holdfast --store ./map-driver.ts#LOCATION` calls. */
export function createDriver(_location: string): StorageDriver {
  return createMapDriver()
}

class MapDriver implements StorageDriver {
  readonly name = 'map'
  readonly capabilities = {
    durability: 'none',
    shared: false,
    maxValueBytes: limits.maxValueBytes,
    maxCommitEntries: limits.maxCommitEntries,
    maxCommitBytes: limits.maxCommitBytes,
    maxStreamBytes: 0,
    maxWatchedKeys: 0,
  } as const
  readonly #clock: Clock
  readonly #scopes = new Map<string, Map<StorageKey, Entry>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#scopes.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async get(scope: Scope, keys: readonly StorageKey[]): Promise<readonly (Entry | null)[]> {
    const entries = this.#live(scope, this.#clock())
    return keys.map((key) => {
      const entry = entries.get(key)
      return entry === undefined ? null : { ...entry, value: new Uint8Array(entry.value) }
    })
  }

  // Nothing is awaited in here, so nothing comes between the checks and the writes.
  async commit(target: PluginScope, { checks, puts, deletes, quota }: Commit): Promise<void> {
    const now = this.#clock()
    const before = this.#liveInBoth(target, now)
    for (const check of checks) {
      const current = before[check.store].get(check.key)?.version ?? null
      if (current !== check.version) throw versionMismatch(check, current)
    }

    const after = this.#liveInBoth(target, now)
    for (const { store, key } of deletes) after[store].delete(key)
    for (const { store, value, ...put } of puts) {
      after[store].set(put.key, {
        ...put,
        value: new Uint8Array(value),
        size: value.byteLength,
        createdAt: before[store].get(put.key)?.createdAt ?? now,
        updatedAt: now,
      })
    }

    const bytes = { before: 0, after: 0 }
    for (const store of storeNames) {
      bytes.before += usageOf(before[store], now).bytes
      bytes.after += usageOf(after[store], now).bytes
    }
    if (quota !== null && !fitsQuota(quota, bytes.before, bytes.after)) {
      throw quotaExceeded(quota, bytes.after)
    }
    for (const store of storeNames) this.#scopes.set(idOf({ ...target, store }), after[store])
  }

  async list(scope: Scope, { prefix, cursor, limit, keysOnly }: ListQuery): Promise<ListPage> {
    const after = cursor === null ? '' : decodeCursor(cursor, 1).join()
    const matching = [...this.#live(scope, this.#clock()).values()]
      .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, after) > 0)
      .toSorted((left, right) => compareKeys(left.key, right.key))
    const entries = []
    let bytes = 0
    for (const entry of matching.slice(0, limit)) {
      entries.push({ ...entry, value: keysOnly ? null : new Uint8Array(entry.value) })
      bytes += keysOnly ? 0 : entry.size
      if (bytes >= limits.maxListPageBytes) break
    }
    const last = entries.at(-1)
    const isWhole = last === undefined || entries.length === matching.length
    return { entries, cursor: isWhole ? null : encodeCursor([last.key]) }
  }

  async usage(scope: Scope): Promise<Usage> {
    const now = this.#clock()
    return usageOf(this.#live(scope, now), now)
  }

  async scopes({ workspace, plugin, cursor, limit }: ScopesQuery): Promise<ScopesPage> {
    const now = this.#clock()
    const after = cursor === null ? '' : decodeCursor(cursor, 3).join(' ')
    const holding = [...this.#scopes.keys()]
      .toSorted()
      .filter((id) => id > after)
      .map(scopeOf)
      .filter((scope) => workspace === null || workspace === scope.workspace)
      .filter((scope) => plugin === null || plugin === scope.plugin)
      .map((scope) => ({ scope, usage: usageOf(this.#live(scope, now), now) }))
      .filter(({ usage }) => usage.entries > 0)
    const scopes = holding.slice(0, limit)
    const last = scopes.at(-1)
    const isWhole = last === undefined || scopes.length === holding.length
    return { scopes, cursor: isWhole ? null : encodeCursor(idOf(last.scope).split(' ')) }
  }

  async clear(scope: Scope): Promise<Usage> {
    const now = this.#clock()
    const removed = usageOf(this.#live(scope, now), now)
    this.#scopes.delete(idOf(scope))
    return removed
  }

  async sweep(now: EpochMs): Promise<Usage> {
    const removed = { entries: 0, bytes: 0 }
    for (const entries of this.#scopes.values()) {
      for (const entry of entries.values()) {
        // Whatever time the caller has: what is alive by the driver's own clock stays.
        if (isLive(entry, now) || isLive(entry, this.#clock())) continue
        entries.delete(entry.key)
        removed.entries += 1
        removed.bytes += entryBytes(entry.key, entry.size)
      }
    }
    return removed
  }

  async readStream(): Promise<never> {
    throw unsupported(this.name, 'readStream', 'maxStreamBytes')
  }

  async writeStream(): Promise<never> {
    throw unsupported(this.name, 'writeStream', 'maxStreamBytes')
  }

  watch(): never {
    throw unsupported(this.name, 'watch', 'maxWatchedKeys')
  }

  /** A copy of the entries of a scope, without those that have expired. */
  #live(scope: Scope, now: EpochMs): Map<StorageKey, Entry> {
    const entries = this.#scopes.get(idOf(scope)) ?? new Map<StorageKey, Entry>()
    return new Map([...entries].filter(([, entry]) => isLive(entry, now)))
  }

  #liveInBoth(target: PluginScope, now: EpochMs): Record<StoreName, Map<StorageKey, Entry>> {
    return {
      storage: this.#live({ ...target, store: 'storage' }, now),
      persistent_store: this.#live({ ...target, store: 'persistent_store' }, now),
    }
  }
}

function isLive({ expiresAt }: Entry, now: EpochMs): boolean {
  return expiresAt === null || expiresAt > now
}

function usageOf(entries: ReadonlyMap<StorageKey, Entry>, now: EpochMs): Usage {
  const live = [...entries.values()].filter((entry) => isLive(entry, now))
  const bytes = live.reduce((sum, { key, size }) => sum + entryBytes(key, size), 0)
  return { entries: live.length, bytes }
}

/** Ids have no space in them, and none of their characters sorts before it. */
function idOf({ workspace, plugin, store }: Scope): string {
  return `${workspace} ${plugin} ${store}`
}

function scopeOf(id: string): Scope {
  const [workspace, plugin, store] = id.split(' ')
  return {
    workspace: parseWorkspaceId(workspace),
    plugin: parsePluginId(plugin),
    store: store as StoreName,
  }
}
