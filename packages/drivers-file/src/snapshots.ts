import { DatabaseSync } from 'node:sqlite'
import { ChunkReader } from './chunk-reader.ts'
import { EntryReader } from './entry-reader.ts'

/**
 * Connections that each see the store as it was at one moment, whatever is written meanwhile. Readers
 * who come between the same two commits share one: they see the same, and however many of them never
 * end, they hold no more descriptors than one.
 */
export class Snapshots {
  readonly #path: string
  readonly #readState: () => number
  readonly #open = new Set<Snapshot>()
  #newest: Snapshot | undefined
  #newestState = 0

  /** @param readState reads a number that is another whenever anybody has written */
  constructor(path: string, readState: () => number) {
    this.#path = path
    this.#readState = readState
  }

  /** The store as it is now. Whoever takes it gives it back with `release`, once. */
  take(): Snapshot {
    const state = this.#readState()
    if (this.#newest === undefined || this.#newestState !== state || !this.#newest.isOpen) {
      this.#newest = new Snapshot(this.#path, (closed) => this.#open.delete(closed))
      // Read before it was opened: what is written in between makes it newer, and another the next.
      this.#newestState = state
      this.#open.add(this.#newest)
    }
    return this.#newest.hold()
  }

  close(): void {
    for (const snapshot of this.#open) snapshot.close()
  }
}

/** The store as it was at one moment. */
export class Snapshot {
  readonly entries: EntryReader
  readonly chunks: ChunkReader
  readonly #database: DatabaseSync
  readonly #onClose: (snapshot: Snapshot) => void
  #readers = 0

  constructor(path: string, onClose: (snapshot: Snapshot) => void) {
    this.#database = new DatabaseSync(path, { readOnly: true })
    this.#onClose = onClose
    try {
      this.#database.exec('BEGIN')
      this.entries = new EntryReader(this.#database)
      this.chunks = new ChunkReader(this.#database)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  get isOpen(): boolean {
    return this.#database.isOpen
  }

  hold(): this {
    this.#readers++
    return this
  }

  /** Closes it when its last reader has gone, so that it keeps nothing in the log for nobody. */
  release(): void {
    this.#readers--
    if (this.#readers === 0) this.close()
  }

  close(): void {
    if (!this.isOpen) return
    this.#database.close()
    this.#onClose(this)
  }
}
