import {
  compareKeys,
  type Entry,
  entryBytes,
  type EpochMs,
  type StorageKey,
  type Usage,
} from '@holdfast/core'

/** The entries of one scope, in order of their keys. Expired ones stay, unseen, until the sweep. */
export class EntryTable {
  readonly #entries: Entry[] = []
  /** Those that expire some day, so that `usage` and `sweep` need not look at all the others. */
  readonly #expiring = new Set<Entry>()
  readonly #lasting = { entries: 0, bytes: 0 }

  get(key: StorageKey, now: EpochMs): Entry | null {
    const entry = this.#entries[this.#indexOf(key)]
    return entry?.key === key && isLive(entry, now) ? entry : null
  }

  /** The entries from the first whose key is `start` or comes after it. */
  *from(start: string, now: EpochMs): Generator<Entry, void> {
    for (let index = this.#indexOf(start); index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry !== undefined && isLive(entry, now)) yield entry
    }
  }

  set(entry: Entry): void {
    const index = this.#indexOf(entry.key)
    const replaced = this.#entries[index]?.key === entry.key ? 1 : 0
    for (const old of this.#entries.splice(index, replaced, entry)) this.#uncount(old)
    this.#count(entry)
  }

  delete(key: StorageKey): void {
    const index = this.#indexOf(key)
    if (this.#entries[index]?.key !== key) return
    for (const old of this.#entries.splice(index, 1)) this.#uncount(old)
  }

  usage(now: EpochMs): Usage {
    const usage = { ...this.#lasting }
    for (const entry of this.#expiring) if (isLive(entry, now)) add(usage, entry, 1)
    return usage
  }

  sweep(now: EpochMs): Usage {
    const removed = { entries: 0, bytes: 0 }
    for (const entry of this.#expiring) {
      if (isLive(entry, now)) continue
      this.delete(entry.key)
      add(removed, entry, 1)
    }
    return removed
  }

  /** Where `key` stands, or would stand. */
  #indexOf(key: string): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys(this.#entries[middle]?.key ?? '', key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #count(entry: Entry): void {
    if (entry.expiresAt === null) add(this.#lasting, entry, 1)
    else this.#expiring.add(entry)
  }

  #uncount(entry: Entry): void {
    if (entry.expiresAt === null) add(this.#lasting, entry, -1)
    else this.#expiring.delete(entry)
  }
}

function isLive(entry: Entry, now: EpochMs): boolean {
  return entry.expiresAt === null || entry.expiresAt > now
}

function add(usage: { entries: number; bytes: number }, entry: Entry, sign: 1 | -1): void {
  usage.entries += sign
  usage.bytes += sign * entryBytes(entry.key, entry.size)
}
