import {
  type ByteRange,
  clampRange,
  type Clock,
  endableGenerator,
  type EntryStream,
  HoldfastError,
  limits,
  type Scope,
  type StorageKey,
} from '@holdfast/core'
import { fromBase64 } from './base64.ts'
import { chunkBytes } from './plugin-ledger.ts'
import { retrying } from './retrying.ts'
import type { SqlDatabase } from './sql-connection.ts'
import { addReader, findStream, readChunk, removeReader, renewReader } from './stream-statements.ts'
import { toMetadata } from './to-entry.ts'

/** How often a reader shows that it lives, however slowly its chunks are taken. */
const renewEveryMs = limits.uploadLeaseMs / 4

/** What is to be read, and from where. */
export interface StreamRequest {
  readonly database: SqlDatabase
  readonly clock: Clock
  readonly scope: Scope
  readonly key: StorageKey
  readonly range: ByteRange | null
}

/** Opens a value as it is now; `null` where there is none. */
export async function readValueStream(request: StreamRequest): Promise<EntryStream | null> {
  const { database, clock, scope, key, range } = request
  const { workspace, plugin, store } = scope
  for (;;) {
    const values = { workspace, plugin, store, key, now: clock() }
    const [row] = await retrying(() => database.run(findStream, values))
    if (row === undefined) return null
    const metadata = toMetadata(row)
    const bounds = clampRange(range, metadata.size)
    if (row['stream'] === null) {
      return {
        metadata,
        body: piecesOf(fromBase64(row['value'] as string, metadata.size), bounds),
      }
    }
    const lease = new ReaderLease(request, row['stream'] as string)
    // Where it was replaced this very moment, there is another to find.
    if (await lease.take()) return { metadata, body: lease.hold(bounds) }
  }
}

/** Keeps the chunks of a stream from being removed while they are read. */
class ReaderLease {
  readonly #database: SqlDatabase
  readonly #clock: Clock
  readonly #values: Readonly<Record<'workspace' | 'plugin' | 'stream' | 'reader', string>>

  constructor({ database, clock, scope }: StreamRequest, stream: string) {
    const { workspace, plugin } = scope
    this.#database = database
    this.#clock = clock
    this.#values = { workspace, plugin, stream, reader: crypto.randomUUID() }
  }

  /** Returns whether the stream still was a value. */
  async take(): Promise<boolean> {
    const taken = await this.#database.run(addReader, this.#leased())
    return taken.length > 0
  }

  /** The bytes of the stream. The lease is held until they are read, or nobody can read them. */
  hold(bounds: ReturnType<typeof clampRange>): AsyncIterable<Uint8Array> {
    const body = this.#read(bounds)
    const reference = new WeakRef(body)
    const renewing = setInterval(() => {
      if (reference.deref() === undefined) return this.#stop(renewing)
      // What is not renewed now is renewed the next time, long before the lease ends.
      void this.#database.run(renewReader, this.#leased()).catch(() => undefined)
    }, renewEveryMs)
    renewing.unref()
    const end = (): void => this.#stop(renewing)
    return endableGenerator(endWith(body, end), end)
  }

  async *#read({ start, end }: ReturnType<typeof clampRange>): AsyncGenerator<Uint8Array, void> {
    for (let at = start; at < end;) {
      const position = Math.floor(at / chunkBytes)
      const values = { ...this.#values, position }
      const [row] = await retrying(() => this.#database.run(readChunk, values))
      if (row === undefined) throw lostChunk()
      const from = position * chunkBytes
      const chunk = fromBase64(row['bytes'] as string, Number(row['length']))
      const bytes = chunk.subarray(at - from, end - from)
      at += bytes.length
      // With a buffer of its own, for a reader may hand it over to somebody else.
      yield bytes.length === chunk.length ? bytes : bytes.slice()
    }
  }

  #stop(renewing: NodeJS.Timeout): void {
    clearInterval(renewing)
    // Where this fails, the lease ends by itself.
    void this.#database.run(removeReader, this.#values).catch(() => undefined)
  }

  #leased(): Readonly<Record<string, string | number>> {
    return { ...this.#values, leaseUntil: this.#clock() + limits.uploadLeaseMs }
  }
}

async function* endWith(
  body: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body
  } finally {
    end()
  }
}

async function* piecesOf(
  value: Uint8Array,
  { start, end }: ReturnType<typeof clampRange>,
): AsyncGenerator<Uint8Array, void> {
  if (end > start) yield value.slice(start, end)
}

function lostChunk(): HoldfastError {
  return new HoldfastError(
    'STORE_UNAVAILABLE',
    'The value was replaced while it was read, and the reader had not been heard of for so long that the old value was removed. Read it again.',
  )
}
