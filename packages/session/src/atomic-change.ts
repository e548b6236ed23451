import type { Version } from '@holdfast/core'
import type { JsonInput } from './json-compatible.ts'
import type { DeleteOptions, SetBytesOptions, SetOptions } from './store-options.ts'

/**
 * Changes of several keys of both stores, collected by the methods of `storage` and
 * `persistent_store` and then made by `commit`: all of them in one step, or none.
 *
 * What is collected is checked and copied at once, so what is wrong with it is thrown by the method
 * that collects it. A key is changed once in each store. Nothing is stored before `commit`.
 *
 * @example
 * ```ts
 * const change = this.session.atomic()
 * change.persistent_store
 *   .set(`orders/${id}`, order, { ifVersion: null })
 *   .delete(`carts/${user}`, { ifVersion: cart.version })
 *   .increment('orders')
 * const { numbers } = await change.commit()
 * yield this.text(`Order ${numbers.get('orders')}.`)
 * ```
 */
export interface AtomicChange {
  readonly storage: AtomicStorage
  readonly persistent_store: AtomicPersistentStore

  /**
   * Makes the change, whole or not at all. Whoever reads sees all of it or nothing of it. It can be
   * called once.
   *
   * An increment that somebody else was faster than is made again, on top of what they wrote. A
   * check that fails is not made again: the commit rejects.
   *
   * @throws {@link HoldfastError} `VERSION_MISMATCH` for the first check that fails, with `store`,
   * `key`, `expected` and `current` in its context; `COMMIT_TOO_LARGE` for more than 1,000 keys, more
   * than 1,000 checks or more than 64 MiB of values; `VALUE_TOO_LARGE`, `QUOTA_EXCEEDED`,
   * `NOT_A_NUMBER`; `CONTENTION`, retryable, when others were faster many times over;
   * `NESTED_UPDATE` inside an update of one of the keys. Nothing was written then; with
   * `OUTCOME_UNKNOWN` all or nothing was
   * @throws {@link MisuseError} `INVALID_ARGUMENT` when it was committed before
   */
  commit(): Promise<AtomicResult>
}

/** Collects changes of `session.storage`. Each method gives the same object, for the next. */
export interface AtomicStorage {
  /**
   * Has the commit fail unless the key has this version then, as `set`, `stat` or `getEntry` gave it;
   * `null` for a key that must be absent. The key need not be one that is changed.
   */
  check(key: string, version: Version | string | null): AtomicStorage
  /** Writes bytes, as `set` of the store does. */
  set(key: string, value: Uint8Array, options?: SetBytesOptions): AtomicStorage
  /** Removes a key. To remove what is not there is no error. */
  delete(key: string, options?: DeleteOptions): AtomicStorage
}

/** Collects changes of `persistent_store`. Each method gives the same object, for the next. */
export interface AtomicPersistentStore {
  /**
   * Has the commit fail unless the key has this version then, as `set`, `stat` or `getEntry` gave it;
   * `null` for a key that must be absent. The key need not be one that is changed.
   */
  check(key: string, version: Version | string | null): AtomicPersistentStore
  /** Writes a value, as `set` of the store does. */
  set<Value>(key: string, value: JsonInput<Value>, options?: SetOptions): AtomicPersistentStore
  /** Removes a key. To remove what is not there is no error. */
  delete(key: string, options?: DeleteOptions): AtomicPersistentStore
  /** Adds to a number, which is 0 if the key is missing, as `increment` of the store does. */
  increment(key: string, by?: number): AtomicPersistentStore
}

/** What a commit has made. */
export interface AtomicResult {
  /** The new versions by store and key, of increments too. */
  readonly versions: {
    readonly storage: ReadonlyMap<string, Version>
    readonly persistent_store: ReadonlyMap<string, Version>
  }
  /** The sums of the increments, by key. */
  readonly numbers: ReadonlyMap<string, number>
}
