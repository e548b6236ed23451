import {
  type Commit,
  entryBytes,
  type EpochMs,
  fitsQuota,
  HoldfastError,
  type Put,
  quotaExceeded,
  type StorageKey,
  type StoreName,
  storeNames,
  type Usage,
  type Version,
  versionMismatch,
} from '@holdfast/core'

/** What there is of a key, be it alive or expired. */
export interface KeyState {
  readonly size: number
  readonly version: Version
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs | null
  /** Where its chunks are; `null` for a value in its row. */
  readonly stream: string | null
}

/** A row to be written. */
export interface WrittenEntry extends KeyState {
  readonly store: StoreName
  readonly key: StorageKey
  readonly contentType: string | null
  /** `null` where its chunks have arrived already. */
  readonly value: Uint8Array | null
}

/** Length of a chunk, in bytes. No row holds a longer part of a value. */
export const chunkBytes = 1_048_576

/** A put whose value may have arrived in chunks already. */
export interface LedgerPut extends Put {
  readonly stream?: { readonly id: string; readonly size: number } | undefined
}

/** A {@link Commit} of {@link LedgerPut}s. */
export interface LedgerCommit extends Omit<Commit, 'puts'> {
  readonly puts: readonly LedgerPut[]
}

/** What a ledger did to a key. */
export interface KeyChange {
  readonly store: StoreName
  readonly key: StorageKey
  readonly versionBefore: Version | null
  readonly versionAfter: Version | null
}

/** What a ledger is opened with, read under the lock of the plugin. */
export interface LedgerOpening {
  readonly now: EpochMs
  /** Expired entries included. */
  readonly counters: Readonly<Record<StoreName, Usage>>
  /** Nothing of the plugin expires before it; `null` if nothing does. */
  readonly nextExpiry: EpochMs | null
  /** Bytes of the expired entries of both stores; needed where a commit has a quota. */
  readonly expiredBytes: number
  readonly states: ReadonlyMap<StoreName, ReadonlyMap<StorageKey, KeyState>>
  /** The uploads that may become values. */
  readonly uploads: ReadonlySet<string>
}

/**
 * What one plugin holds, in as far as some commits are about it. It judges them one after the other,
 * and says in the end what there is to write for all that were applied.
 */
export class PluginLedger {
  readonly #now: EpochMs
  readonly #counters: Record<StoreName, { entries: number; bytes: number }>
  readonly #states: Readonly<Record<StoreName, Map<StorageKey, KeyState>>>
  readonly #before: Readonly<Record<StoreName, ReadonlyMap<StorageKey, KeyState>>>
  readonly #changed: Readonly<Record<StoreName, Map<StorageKey, WrittenEntry | null>>> = {
    storage: new Map(),
    persistent_store: new Map(),
  }
  readonly #orphans = new Set<string>()
  readonly #uploads: ReadonlySet<string>
  readonly #adopted = new Set<string>()
  #liveBytes: number
  #nextExpiry: EpochMs | null

  constructor({ now, counters, nextExpiry, expiredBytes, states, uploads }: LedgerOpening) {
    this.#now = now
    this.#nextExpiry = nextExpiry
    this.#uploads = uploads
    this.#counters = {
      storage: { ...counters.storage },
      persistent_store: { ...counters.persistent_store },
    }
    this.#states = {
      storage: new Map(states.get('storage')),
      persistent_store: new Map(states.get('persistent_store')),
    }
    this.#before = {
      storage: new Map(this.#states.storage),
      persistent_store: new Map(this.#states.persistent_store),
    }
    this.#liveBytes = counters.storage.bytes + counters.persistent_store.bytes - expiredBytes
  }

  /** Expired entries included. */
  get counters(): Readonly<Record<StoreName, Usage>> {
    return this.#counters
  }

  /** Nothing that is there after the commits expires before it; `null` if nothing does. */
  get nextExpiry(): EpochMs | null {
    return this.#nextExpiry
  }

  /** Entries to be written. */
  written(): readonly WrittenEntry[] {
    return storeNames.flatMap((store) =>
      [...this.#changed[store].values()].filter((entry) => entry !== null),
    )
  }

  changes(): readonly KeyChange[] {
    return storeNames.flatMap((store) =>
      [...this.#changed[store]].map(([key, entry]) => ({
        store,
        key,
        versionBefore: this.#before[store].get(key)?.version ?? null,
        versionAfter: entry?.version ?? null,
      })),
    )
  }

  /** What there is of the keys of a store after the commits. */
  states(store: StoreName): ReadonlyMap<StorageKey, KeyState> {
    return this.#states[store]
  }

  /** Keys to be removed, by store. */
  removed(store: StoreName): readonly StorageKey[] {
    return [...this.#changed[store]].flatMap(([key, entry]) => (entry === null ? key : []))
  }

  /** Uploads that became values. */
  get adopted(): readonly string[] {
    return [...this.#adopted]
  }

  /** Streams that were values and are no more. */
  get orphans(): readonly string[] {
    return [...this.#orphans]
  }

  /**
   * Applies a commit, or leaves all as it was.
   *
   * @throws {@link HoldfastError} `VERSION_MISMATCH`, `QUOTA_EXCEEDED` or `UPLOAD_EXPIRED`
   */
  apply(commit: LedgerCommit): void {
    for (const check of commit.checks) {
      const current = this.#alive(check.store, check.key)?.version ?? null
      if (current !== check.version) throw versionMismatch(check, current)
    }
    this.#mustFit(commit)
    for (const { stream } of commit.puts) {
      if (stream !== undefined && !this.#uploads.has(stream.id)) throw uploadExpired()
    }
    for (const { store, key } of commit.deletes) this.#replace(store, key, null)
    for (const put of commit.puts) this.#put(put)
  }

  #mustFit({ quota, puts, deletes }: LedgerCommit): void {
    if (quota === null) return
    const freed = [...puts, ...deletes].reduce(
      (sum, { store, key }) => sum + this.#liveBytesOf(key, this.#alive(store, key)),
      0,
    )
    const added = puts.reduce((sum, put) => sum + this.#liveBytesOf(put.key, toState(put, 0)), 0)
    const needed = this.#liveBytes - freed + added
    if (!fitsQuota(quota, this.#liveBytes, needed)) throw quotaExceeded(quota, needed)
  }

  #put(put: LedgerPut): void {
    const { store, key, contentType, value, stream } = put
    const createdAt = this.#alive(store, key)?.createdAt ?? this.#now
    const state = toState(put, createdAt)
    const given = stream === undefined ? value : null
    if (put.expiresAt !== null) {
      this.#nextExpiry = Math.min(this.#nextExpiry ?? put.expiresAt, put.expiresAt)
    }
    this.#replace(store, key, { ...state, store, key, contentType, value: given })
    if (stream !== undefined) this.#adopted.add(stream.id)
  }

  #replace(store: StoreName, key: StorageKey, entry: WrittenEntry | null): void {
    const old = this.#states[store].get(key)
    const counters = this.#counters[store]
    if (old !== undefined) {
      counters.entries--
      counters.bytes -= entryBytes(key, old.size)
      this.#liveBytes -= this.#liveBytesOf(key, old)
      this.#states[store].delete(key)
      if (old.stream !== null) this.#orphans.add(old.stream)
    }
    if (entry !== null) {
      counters.entries++
      counters.bytes += entryBytes(key, entry.size)
      this.#liveBytes += this.#liveBytesOf(key, entry)
      this.#states[store].set(key, entry)
    }
    this.#changed[store].set(key, entry)
  }

  #alive(store: StoreName, key: StorageKey): KeyState | undefined {
    const state = this.#states[store].get(key)
    return state !== undefined && this.#isAlive(state) ? state : undefined
  }

  #isAlive({ expiresAt }: KeyState): boolean {
    return expiresAt === null || expiresAt > this.#now
  }

  #liveBytesOf(key: StorageKey, state: KeyState | undefined): number {
    return state !== undefined && this.#isAlive(state) ? entryBytes(key, state.size) : 0
  }
}

function toState({ version, expiresAt, value, stream }: LedgerPut, createdAt: EpochMs): KeyState {
  const size = stream?.size ?? value.byteLength
  const ownStream = size > chunkBytes ? crypto.randomUUID() : null
  return { size, version, createdAt, expiresAt, stream: stream?.id ?? ownStream }
}

/** The error of an upload whose writer was taken for dead. */
export function uploadExpired(): HoldfastError {
  return new HoldfastError(
    'UPLOAD_EXPIRED',
    'The upload was given up, because its writer had not been heard of. The old value is as it was. Write it again.',
  )
}
