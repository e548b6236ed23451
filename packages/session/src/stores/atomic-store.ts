import {
  encodeJson,
  parsePersistentStoreKey,
  parseStorageKey,
  parseVersion,
  type StorageKey,
  type StoreName,
} from '@holdfast/core'
import type { AtomicPersistentStore, AtomicStorage } from '../atomic-change.ts'
import type { DeleteOptions, SetBytesOptions, SetOptions } from '../store-options.ts'
import type { AtomicPlan } from './atomic-plan.ts'
import { copyBytes } from './bytes.ts'
import { parseStep } from './increment.ts'
import { checkOptions, parseContentType, parseExpected, parseExpiry } from './parse-options.ts'

/** What the two stores of an atomic change collect alike. */
abstract class AtomicStore {
  protected readonly plan: AtomicPlan
  readonly #store: StoreName
  readonly #parseKey: (key: unknown) => StorageKey

  protected constructor(
    plan: AtomicPlan,
    store: StoreName,
    parseKey: (key: unknown) => StorageKey,
  ) {
    this.plan = plan
    this.#store = store
    this.#parseKey = parseKey
  }

  check(key: string, version: string | null): this {
    const expected = version === null ? null : parseVersion(version)
    this.plan.check(this.#store, this.#parseKey(key), expected)
    return this
  }

  delete(key: string, options: DeleteOptions = {}): this {
    checkOptions(options, 'delete', ['ifVersion'])
    const parsed = this.#parseKey(key)
    const expected = parseExpected(options)
    this.plan.delete(this.#store, parsed)
    this.plan.check(this.#store, parsed, expected)
    return this
  }

  /** @param value nobody else's any more */
  protected put(key: string, value: Uint8Array, options: SetBytesOptions): this {
    const { expiresInMs } = options
    // Checked now, by whatever clock, and counted when it is known from when on.
    parseExpiry(expiresInMs, () => 0)
    const contentType = parseContentType(options.contentType) ?? null
    const expected = parseExpected(options)
    const parsed = this.#parseKey(key)
    this.plan.put({ store: this.#store, key: parsed, value, expiresInMs, contentType })
    this.plan.check(this.#store, parsed, expected)
    return this
  }
}

/** `storage` of an atomic change. */
export class AtomicBytes extends AtomicStore implements AtomicStorage {
  constructor(plan: AtomicPlan) {
    super(plan, 'storage', parseStorageKey)
  }

  set(key: string, value: Uint8Array, options: SetBytesOptions = {}): this {
    checkOptions(options, 'set', ['expiresInMs', 'ifVersion', 'contentType'])
    return this.put(key, copyBytes(value, 'A value of session.storage'), options)
  }
}

/** `persistent_store` of an atomic change. */
export class AtomicJson extends AtomicStore implements AtomicPersistentStore {
  constructor(plan: AtomicPlan) {
    super(plan, 'persistent_store', parsePersistentStoreKey)
  }

  set(key: string, value: unknown, options: SetOptions = {}): this {
    checkOptions(options, 'set', ['expiresInMs', 'ifVersion'])
    return this.put(key, encodeJson(value), options)
  }

  increment(key: string, by = 1): this {
    const step = parseStep(by)
    this.plan.increment(parsePersistentStoreKey(key), step)
    return this
  }
}
