import type { Commit } from './commit.ts'
import type { StoreName } from './scope.ts'
import type { StorageKey } from './storage-key.ts'

/** A write from when it is called until it has settled. */
export interface PendingWrite {
  /** Resolves when the writes before it that concern it have settled; `null` where there are none. */
  readonly before: Promise<void> | null
  /** To be called, once, when it has settled, however it ended. */
  readonly end: () => void
}

/** What a write changes, and what it looks at. */
export type WrittenKeys = Pick<Commit, 'checks' | 'deletes'> & {
  readonly puts: readonly Pick<Commit['puts'][number], 'store' | 'key'>[]
}

/**
 * The writes of one plugin in one workspace that have yet to settle, by their keys: what makes calls
 * act in the order in which they are made where that can be seen, and leaves all others alone. A
 * write waits for those before it that change a key which it changes or checks, or check one that it
 * changes; a read waits for those that change what it reads.
 *
 * To know what to wait for costs no more than to go through the keys of the call, and through those
 * of all writes that are pending for a listing or a clear.
 *
 * @example
 * ```ts
 * const write = pending.begin(commit)
 * try {
 *   await write.before
 *   await driver.commit(target, commit)
 * } finally {
 *   write.end()
 * }
 * ```
 */
export class PendingWrites {
  /** By the id of the key, the last write that changes it. It is done when those before it are, too. */
  readonly #changes = new Map<string, Promise<void>>()
  /** By the id of the key, those that check it since it was last changed. */
  readonly #checks = new Map<string, Set<Promise<void>>>()
  /** By the store, the last write that changes all of it. */
  readonly #clears = new Map<StoreName, Promise<void>>()
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** Begins a write of some keys. */
  begin({ checks, puts, deletes }: WrittenKeys): PendingWrite {
    const changed = [...puts, ...deletes]
    const before = new Set<Promise<void>>()
    for (const { store, key } of [...checks, ...changed]) this.#addChanges(before, store, key)
    for (const { store, key } of changed) {
      for (const check of this.#checks.get(idOf(store, key)) ?? []) before.add(check)
    }
    const { write, done } = this.#begin(before)
    for (const { store, key } of changed) {
      const id = idOf(store, key)
      this.#changes.set(id, done)
      this.#checks.delete(id)
    }
    for (const { store, key } of checks) {
      const id = idOf(store, key)
      if (this.#changes.get(id) !== done) this.#addCheck(id, done)
    }
    void done.then(() => {
      for (const { store, key } of changed) {
        const id = idOf(store, key)
        if (this.#changes.get(id) === done) this.#changes.delete(id)
      }
    })
    return write
  }

  /** Begins a write of all keys of a store. */
  beginClear(store: StoreName): PendingWrite {
    const before = new Set(this.#changesOf(store, ''))
    for (const [id, checks] of this.#checks) {
      if (!id.startsWith(idOf(store, ''))) continue
      for (const check of checks) before.add(check)
    }
    const { write, done } = this.#begin(before)
    this.#clears.set(store, done)
    void done.then(() => this.#clears.get(store) === done && this.#clears.delete(store))
    return write
  }

  /** What a read of keys waits for; `null` for nothing. */
  beforeReading(store: StoreName, keys: readonly StorageKey[]): Promise<void> | null {
    const before = new Set<Promise<void>>()
    if (this.#size > 0) for (const key of keys) this.#addChanges(before, store, key)
    return all(before)
  }

  /** What a read of all keys with a prefix waits for; `null` for nothing. */
  beforeListing(store: StoreName, prefix: string): Promise<void> | null {
    return all(this.#changesOf(store, prefix))
  }

  #begin(before: ReadonlySet<Promise<void>>): { write: PendingWrite; done: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const earlier = all(before)
    const done = earlier === null ? promise : Promise.all([earlier, promise]).then(() => undefined)
    this.#size++
    void done.then(() => this.#size--)
    return { write: { before: earlier, end: resolve }, done }
  }

  #addCheck(id: string, done: Promise<void>): void {
    const checks = this.#checks.get(id) ?? new Set()
    this.#checks.set(id, checks.add(done))
    void done.then(() => {
      checks.delete(done)
      if (checks.size === 0 && this.#checks.get(id) === checks) this.#checks.delete(id)
    })
  }

  #addChanges(to: Set<Promise<void>>, store: StoreName, key: StorageKey): void {
    const change = this.#changes.get(idOf(store, key))
    const clear = this.#clears.get(store)
    if (change !== undefined) to.add(change)
    if (clear !== undefined) to.add(clear)
  }

  #changesOf(store: StoreName, prefix: string): ReadonlySet<Promise<void>> {
    const found = new Set<Promise<void>>()
    const start = idOf(store, prefix)
    for (const [id, change] of this.#changes) if (id.startsWith(start)) found.add(change)
    const clear = this.#clears.get(store)
    if (clear !== undefined) found.add(clear)
    return found
  }
}

function all(writes: ReadonlySet<Promise<void>>): Promise<void> | null {
  return writes.size === 0 ? null : Promise.all(writes).then(() => undefined)
}

/** No name of a store has a space in it. */
function idOf(store: StoreName, key: string): string {
  return `${store} ${key}`
}
