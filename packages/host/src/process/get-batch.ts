import { type CallOptions, limits, type Scope, type StorageKey } from '@holdfast/core'

/** A read that a plugin has asked for. */
export interface PendingGet {
  readonly id: number
  readonly place: Scope
  readonly keys: readonly StorageKey[]
  readonly options: CallOptions | undefined
}

/** Most reads that are made one. */
const maxGets = 64

/**
 * Makes one read of those that come in one turn of the event loop and are of one store: what a read
 * costs by itself is then paid once. They see one moment, which is no less than each is promised.
 */
export class GetBatch {
  readonly #read: (gets: readonly PendingGet[]) => void
  #gets: PendingGet[] = []
  #keys = 0

  /** @param read takes reads of one store, to be made at once */
  constructor(read: (gets: readonly PendingGet[]) => void) {
    this.#read = read
  }

  add(get: PendingGet): void {
    const [first] = this.#gets
    if (first === undefined) process.nextTick(() => this.flush())
    else if (!this.#takes(first, get)) this.flush()
    this.#gets.push(get)
    this.#keys += get.keys.length
  }

  #takes(
    { place: { workspace, plugin, store } }: PendingGet,
    { place, keys }: PendingGet,
  ): boolean {
    return (
      place.workspace === workspace &&
      place.plugin === plugin &&
      place.store === store &&
      this.#gets.length < maxGets &&
      this.#keys + keys.length <= limits.maxGetKeys
    )
  }

  /** Begins what has been asked for: what comes now is to come after it. */
  flush(): void {
    const gets = this.#gets
    this.#gets = []
    this.#keys = 0
    if (gets.length > 0) this.#read(gets)
  }
}
