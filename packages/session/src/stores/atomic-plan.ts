import {
  type Check,
  type Delete,
  MisuseError,
  type StorageKey,
  type StoreName,
  type Version,
} from '@holdfast/core'

/** A value to write, checked, whose expiry counts from the commit. */
export interface PlannedPut {
  readonly store: StoreName
  readonly key: StorageKey
  readonly value: Uint8Array
  readonly expiresInMs: number | undefined
  readonly contentType: string | null
}

/** What an atomic change has collected. */
export class AtomicPlan {
  readonly checks: Check[] = []
  readonly puts: PlannedPut[] = []
  readonly deletes: Delete[] = []
  /** What is added, by key of `persistent_store`. */
  readonly increments: Map<StorageKey, number> = new Map()
  readonly #changed = {
    storage: new Set<StorageKey>(),
    persistent_store: new Set<StorageKey>(),
  } satisfies Record<StoreName, Set<StorageKey>>
  #isSealed = false

  /** The keys of a store that the change writes or deletes. */
  changed(store: StoreName): readonly StorageKey[] {
    return [...this.#changed[store]]
  }

  /** @param version `undefined` for no check */
  check(store: StoreName, key: StorageKey, version: Version | null | undefined): void {
    this.#mustBeOpen()
    if (version !== undefined) this.checks.push({ store, key, version })
  }

  put(put: PlannedPut): void {
    this.#claim(put.store, put.key)
    this.puts.push(put)
  }

  delete(store: StoreName, key: StorageKey): void {
    this.#claim(store, key)
    this.deletes.push({ store, key })
  }

  increment(key: StorageKey, by: number): void {
    this.#claim('persistent_store', key)
    this.increments.set(key, by)
  }

  /** Takes no more: it is being committed. */
  seal(): void {
    this.#mustBeOpen()
    this.#isSealed = true
  }

  #claim(store: StoreName, key: StorageKey): void {
    this.#mustBeOpen()
    if (this.#changed[store].has(key)) {
      throw new MisuseError(
        'INVALID_ARGUMENT',
        `An atomic change changes a key once; it has a change of ${JSON.stringify(key)} in ${store} already.`,
        { context: { store, key } },
      )
    }
    this.#changed[store].add(key)
  }

  #mustBeOpen(): void {
    if (!this.#isSealed) return
    throw new MisuseError(
      'INVALID_ARGUMENT',
      'An atomic change is committed once, and collects nothing after that. Begin another one with session.atomic().',
    )
  }
}
