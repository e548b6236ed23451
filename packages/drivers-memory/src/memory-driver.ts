import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  ChangeSignal,
  type Clock,
  type Commit,
  decodeCursor,
  encodeCursor,
  type Entry,
  type EntryStream,
  type EpochMs,
  getTooLarge,
  limits,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type ScopeUsage,
  type StorageDriver,
  type StorageKey,
  type StoreName,
  type StreamPut,
  type Usage,
  versionMismatch,
  watchEntries,
  withinQuota,
} from '@holdfast/core'
import { EntryTable } from './entry-table.ts'
import { mustFitQuota } from './must-fit-quota.ts'

/** Length of the pieces in which a stream gives a value, in bytes. */
const pieceBytes = 65_536

/** Every method runs to its end before it returns its promise; that alone makes it atomic. */
export class MemoryDriver implements StorageDriver {
  readonly name = 'memory'
  readonly capabilities: Capabilities = {
    durability: 'none',
    shared: false,
    maxValueBytes: limits.maxValueBytes,
    maxCommitEntries: limits.maxCommitEntries,
    maxCommitBytes: limits.maxCommitBytes,
    maxStreamBytes: 16 * limits.maxValueBytes,
    maxWatchedKeys: limits.maxWatchedKeys,
  }
  readonly #clock: Clock
  readonly #changes: ChangeSignal
  #writes = 0
  readonly #scopes = new Map<string, { readonly scope: Scope; readonly table: EntryTable }>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#changes = new ChangeSignal({ readState: () => this.#writes, clock })
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#scopes.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async get(scope: Scope, keys: readonly StorageKey[]): Promise<readonly (Entry | null)[]> {
    const now = this.#clock()
    const table = this.#table(scope)
    const found = keys.map((key) => table.get(key, now))
    const bytes = found.reduce((total, entry) => total + (entry?.size ?? 0), 0)
    if (bytes > limits.maxGetBytes) throw getTooLarge(bytes)
    return found.map((entry) => entry && { ...entry, value: new Uint8Array(entry.value) })
  }

  async commit(target: PluginScope, commit: Commit): Promise<void> {
    const now = this.#clock()
    const tables = this.#tables(target)
    for (const check of commit.checks) {
      const current = tables[check.store].get(check.key, now)?.version ?? null
      if (current !== check.version) throw versionMismatch(check, current)
    }
    mustFitQuota(tables, commit, now)
    for (const { store, key } of commit.deletes) tables[store].delete(key)
    for (const { store, value, ...metadata } of commit.puts) {
      tables[store].set({
        ...metadata,
        value: new Uint8Array(value),
        size: value.byteLength,
        createdAt: tables[store].get(metadata.key, now)?.createdAt ?? now,
        updatedAt: now,
      })
    }
    this.#hasChanged()
  }

  async list(scope: Scope, query: ListQuery): Promise<ListPage> {
    const { prefix, cursor, limit, keysOnly } = query
    // No key has U+0000 in it, so nothing comes between a key and the same with one at its end.
    const start = cursor === null ? prefix : `${decodeCursor(cursor, 1).join()}\0`
    const entries: ListedEntry[] = []
    let bytes = 0
    let lastKey = ''
    for (const entry of this.#table(scope).from(start, this.#clock())) {
      if (!entry.key.startsWith(prefix)) break
      if (entries.length === limit || bytes >= limits.maxListPageBytes) {
        return { entries, cursor: encodeCursor([lastKey]) }
      }
      const listed = keysOnly ? { ...entry, value: null } : toListed(entry)
      entries.push(listed)
      bytes += listed.value?.length ?? 0
      lastKey = entry.key
    }
    return { entries, cursor: null }
  }

  async usage(scope: Scope): Promise<Usage> {
    return this.#table(scope).usage(this.#clock())
  }

  async scopes({ workspace, plugin, cursor, limit }: ScopesQuery): Promise<ScopesPage> {
    const now = this.#clock()
    const after = cursor === null ? '' : decodeCursor(cursor, 3).join(' ')
    const scopes: ScopeUsage[] = []
    let lastId = ''
    for (const [id, { scope, table }] of [...this.#scopes].toSorted(byId)) {
      if (id <= after) continue
      if (workspace !== null && workspace !== scope.workspace) continue
      if (plugin !== null && plugin !== scope.plugin) continue
      const usage = table.usage(now)
      if (usage.entries === 0) continue
      if (scopes.length === limit) return { scopes, cursor: encodeCursor(lastId.split(' ')) }
      scopes.push({ scope, usage })
      lastId = id
    }
    return { scopes, cursor: null }
  }

  async clear(scope: Scope): Promise<Usage> {
    const removed = this.#table(scope).usage(this.#clock())
    this.#scopes.delete(scopeId(scope))
    this.#hasChanged()
    return removed
  }

  async sweep(now: EpochMs): Promise<Usage> {
    // A caller whose clock is ahead must not remove what is still alive here.
    const until = Math.min(now, this.#clock())
    const removed = [...this.#scopes.values()].map(({ table }) => table.sweep(until))
    return { entries: sum(removed, 'entries'), bytes: sum(removed, 'bytes') }
  }

  async readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
  ): Promise<EntryStream | null> {
    const entry = this.#table(scope).get(key, this.#clock())
    if (entry === null) return null
    const { value, ...metadata } = entry
    // What is stored is replaced and never changed, so a reader of the old value keeps it.
    return {
      metadata,
      body: piecesOf(value.subarray(range?.start ?? 0, range?.end ?? value.length)),
    }
  }

  async writeStream(scope: Scope, put: StreamPut): Promise<void> {
    const { expected, quota, body: _, ...rest } = put
    const { storage, persistent_store } = this.#tables(scope)
    const now = this.#clock()
    const bytesBefore = storage.usage(now).bytes + persistent_store.usage(now).bytes
    const pieces = await Array.fromAsync(withinQuota(put, bytesBefore), copy)
    const value = new Uint8Array(await new Blob(pieces).arrayBuffer())
    const { store, key } = { store: scope.store, key: put.key }
    const checks = expected === undefined ? [] : [{ store, key, version: expected }]
    await this.commit(scope, { checks, puts: [{ ...rest, store, value }], deletes: [], quota })
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    const find = (): readonly (Entry | null)[] => {
      const table = this.#table(scope)
      return keys.map((key) => table.get(key, this.#clock()))
    }
    const watched = {
      read: () => find().map((entry) => entry && toListed(entry)),
      versions: () => find().map((entry) => entry?.version ?? null),
      changes: this.#changes,
    }
    return watchEntries(watched, options?.signal)
  }

  #hasChanged(): void {
    this.#writes++
    this.#changes.check()
  }

  #tables(target: PluginScope): Readonly<Record<StoreName, EntryTable>> {
    return {
      storage: this.#table({ ...target, store: 'storage' }),
      persistent_store: this.#table({ ...target, store: 'persistent_store' }),
    }
  }

  #table(scope: Scope): EntryTable {
    const id = scopeId(scope)
    const known = this.#scopes.get(id)
    if (known !== undefined) return known.table
    const table = new EntryTable()
    const { workspace, plugin, store } = scope
    this.#scopes.set(id, { scope: { workspace, plugin, store }, table })
    return table
  }
}

function toListed(entry: Entry): ListedEntry {
  const isTooLarge = entry.size > limits.maxValueBytes
  return { ...entry, value: isTooLarge ? null : new Uint8Array(entry.value) }
}

/** Copies of the parts of a value, so that its readers may do with them what they like. */
async function* piecesOf(value: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < value.length; at += pieceBytes) yield value.slice(at, at + pieceBytes)
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** The space sorts before all that an id may hold, so ids sort by workspace, plugin, store. */
function scopeId({ workspace, plugin, store }: Scope): string {
  return `${workspace} ${plugin} ${store}`
}

function byId([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function sum(usages: readonly Usage[], field: keyof Usage): number {
  return usages.reduce((total, usage) => total + usage[field], 0)
}
