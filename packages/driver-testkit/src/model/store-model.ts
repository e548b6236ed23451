import type {
  Clock,
  Commit,
  EntryMetadata,
  EpochMs,
  PluginScope,
  Put,
  Quota,
  Scope,
  ScopesQuery,
  ScopeUsage,
  StorageKey,
  Usage,
  Version,
} from '@holdfast/core'
import { Refusal } from './refusal.ts'

/** An entry of the model, and where it is. */
export interface ModelEntry extends EntryMetadata {
  readonly scope: Scope
  readonly value: Uint8Array
  /** How many commits there had been when the key came to be. */
  readonly bornAt: number
}

/** What a sweep removes. How many of those in `perhaps` it counts is up to the driver. */
export interface SweptEntries {
  readonly surely: readonly ModelEntry[]
  readonly perhaps: readonly ModelEntry[]
}

/**
 * The storage contract as one map, and loops over all of it. It shares no code with drivers, not
 * even core's: what both got wrong, nobody would see.
 */
export class StoreModel {
  readonly #clock: Clock
  readonly #entries = new Map<string, ModelEntry>()
  /** What had expired when something was written; a driver may have taken the opportunity to remove it. */
  readonly #leftovers = new Map<string, ModelEntry>()
  /** All versions that were written under a key, in order. */
  readonly #versions = new Map<string, Version[]>()
  #commits = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many commits there were. */
  get commits(): number {
    return this.#commits
  }

  find(scope: Scope, key: StorageKey): ModelEntry | null {
    const entry = this.#entries.get(idOf(scope, key))
    return entry !== undefined && this.#isLive(entry) ? entry : null
  }

  /** The entries of a scope, in the order of the bytes of their keys. */
  entries(scope: Scope): readonly ModelEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => this.#isLive(entry) && idOf(entry.scope) === idOf(scope))
      .toSorted((left, right) => compareBytes(left.key, right.key))
  }

  /** The last version that a key had and has no more. */
  formerVersion(scope: Scope, key: StorageKey): Version | null {
    const current = this.find(scope, key)?.version
    const versions = this.#versions.get(idOf(scope, key)) ?? []
    return versions.findLast((version) => version !== current) ?? null
  }

  /**
   * Applies a commit whole, or changes nothing.
   *
   * @throws {@link Refusal}
   */
  commit(target: PluginScope, { checks, puts, deletes, quota }: Commit): void {
    const changes = [...puts, ...deletes]
    const changed = new Set(changes.map(({ store, key }) => idOf({ ...target, store }, key)))
    if (changed.size < changes.length) throw new Refusal('INVALID_ARGUMENT')
    for (const { store, key, version: expected } of checks) {
      const current = this.find({ ...target, store }, key)?.version ?? null
      if (current === expected) continue
      throw new Refusal('VERSION_MISMATCH', { store, key, expected, current })
    }
    const neededBytes = this.bytesAfter(target, { puts, deletes })
    const isOver = quota !== null && neededBytes > quota.maxBytes
    if (isOver && neededBytes > this.bytesOf(target)) {
      throw new Refusal('QUOTA_EXCEEDED', { maxBytes: quota.maxBytes, neededBytes })
    }
    this.#commits++
    this.#setExpiredAside()
    for (const { store, key } of deletes) this.#entries.delete(idOf({ ...target, store }, key))
    for (const put of puts) this.#put({ ...target, store: put.store }, put)
  }

  /** Whether a body is over the quota by itself, so that it may be refused before its end. */
  isOverAlone(scope: Scope, { key, value }: Put, quota: Quota | null): boolean {
    const bytes = bytesOf(key, value.length)
    return quota !== null && bytes > quota.maxBytes && bytes > this.bytesOf(scope)
  }

  /** What a plugin holds in both its stores. */
  bytesOf(target: PluginScope): number {
    const { workspace, plugin } = target
    const ofTarget = this.scopes({ workspace, plugin })
    return ofTarget.reduce((sum, { usage }) => sum + usage.bytes, 0)
  }

  /** What a plugin would hold after a change. */
  bytesAfter(target: PluginScope, { puts, deletes }: Pick<Commit, 'puts' | 'deletes'>): number {
    let bytes = this.bytesOf(target)
    for (const { store, key } of [...puts, ...deletes]) {
      const old = this.find({ ...target, store }, key)
      if (old !== null) bytes -= bytesOf(key, old.size)
    }
    for (const put of puts) if (this.#isLive(put)) bytes += bytesOf(put.key, put.value.length)
    return bytes
  }

  usage(scope: Scope): Usage {
    return sumOf(this.entries(scope))
  }

  /** All scopes that hold something, in order; a `null` names all. */
  scopes({ workspace, plugin }: Pick<ScopesQuery, 'workspace' | 'plugin'>): readonly ScopeUsage[] {
    const scopes = new Map<string, Scope>()
    for (const entry of this.#entries.values()) {
      const { scope } = entry
      if (!this.#isLive(entry)) continue
      if (workspace !== null && workspace !== scope.workspace) continue
      if (plugin !== null && plugin !== scope.plugin) continue
      scopes.set(idOf(scope), scope)
    }
    return [...scopes.values()]
      .toSorted(
        (left, right) =>
          compareBytes(left.workspace, right.workspace) ||
          compareBytes(left.plugin, right.plugin) ||
          compareBytes(left.store, right.store),
      )
      .map((scope) => ({ scope, usage: this.usage(scope) }))
  }

  clear(scope: Scope): Usage {
    const usage = this.usage(scope)
    this.#setExpiredAside()
    for (const [id, entry] of this.#entries) {
      if (idOf(entry.scope) === idOf(scope)) this.#entries.delete(id)
    }
    return usage
  }

  /** Removes what has expired at or before `now`, and by the clock of the model. */
  sweep(now: EpochMs): SweptEntries {
    const takeFrom = (entries: Map<string, ModelEntry>): readonly ModelEntry[] => {
      const gone: ModelEntry[] = []
      for (const [id, entry] of entries) {
        if (this.#isLive(entry) || entry.expiresAt === null || entry.expiresAt > now) continue
        entries.delete(id)
        gone.push(entry)
      }
      return gone
    }
    return { surely: takeFrom(this.#entries), perhaps: takeFrom(this.#leftovers) }
  }

  #put(scope: Scope, { value, key, version, expiresAt, contentType }: Put): void {
    const old = this.find(scope, key)
    const entry: ModelEntry = {
      key,
      version,
      expiresAt,
      contentType,
      scope,
      value: value.slice(),
      size: value.length,
      createdAt: old?.createdAt ?? this.#clock(),
      updatedAt: this.#clock(),
      bornAt: old?.bornAt ?? this.#commits,
    }
    const id = idOf(scope, key)
    this.#versions.set(id, [...(this.#versions.get(id) ?? []), version])
    this.#entries.delete(id)
    this.#leftovers.delete(id)
    if (this.#isLive(entry)) this.#entries.set(id, entry)
    else this.#leftovers.set(id, entry)
  }

  #setExpiredAside(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#isLive(entry)) continue
      this.#entries.delete(id)
      this.#leftovers.set(id, entry)
    }
  }

  /** An entry is there until the millisecond before it expires. */
  #isLive({ expiresAt }: { readonly expiresAt: EpochMs | null }): boolean {
    return expiresAt === null || this.#clock() < expiresAt
  }
}

/** The sum over entries: of each, the bytes of its key in UTF-8 and of its value. */
export function sumOf(entries: readonly ModelEntry[]): Usage {
  const bytes = entries.reduce((sum, { key, size }) => sum + bytesOf(key, size), 0)
  return { entries: entries.length, bytes }
}

function bytesOf(key: StorageKey, size: number): number {
  return Buffer.byteLength(key) + size
}

/** Orders texts by their bytes in UTF-8. */
export function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

function idOf({ workspace, plugin, store }: Scope, key: StorageKey | null = null): string {
  return JSON.stringify([workspace, plugin, store, key])
}
