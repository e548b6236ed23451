import { DatabaseSync } from 'node:sqlite'
import type { ByteRange, EntryStream, EpochMs, Scope, StorageKey } from '@holdfast/core'
import { chunkBytes, ChunkReader } from './chunk-reader.ts'
import { EntryReader } from './entry-reader.ts'
import { mapSqliteError } from './map-sqlite-error.ts'

/** What to read, and from where. */
export interface ValueStreamRequest {
  readonly path: string
  readonly scope: Scope
  readonly key: StorageKey
  readonly range: ByteRange | null
  readonly now: EpochMs
}

/**
 * Opens a value as a stream. It has a connection of its own, whose transaction sees the store as it
 * is now for as long as the stream is open, whatever is written meanwhile.
 */
export function readValueStream(
  request: ValueStreamRequest,
  signal: AbortSignal | undefined,
): EntryStream | null {
  const snapshot = new Snapshot(request.path)
  try {
    const found = snapshot.entries.find(request.scope, request.key, request.now)
    if (found === null) {
      snapshot.close()
      return null
    }
    const { metadata, stream, value } = found
    const [start, end] = clamp(request.range, metadata.size)
    if (stream !== null)
      return { metadata, body: chunksOf(snapshot, stream, [start, end], request.path, signal) }
    snapshot.close()
    return { metadata, body: piecesOf(value.subarray(start, end)) }
  } catch (error) {
    snapshot.close()
    throw error
  }
}

class Snapshot {
  readonly entries: EntryReader
  readonly chunks: ChunkReader
  readonly #database: DatabaseSync
  #isOpen = true

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true })
    this.#database.exec('BEGIN')
    this.entries = new EntryReader(this.#database)
    this.chunks = new ChunkReader(this.#database)
  }

  close(): void {
    if (this.#isOpen) this.#database.close()
    this.#isOpen = false
  }
}

function chunksOf(
  snapshot: Snapshot,
  stream: string,
  [start, end]: readonly [number, number],
  path: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const close = (): void => snapshot.close()
  // A body that nobody reads to its end is closed with its call or its driver.
  signal?.addEventListener('abort', close, { once: true })
  const pieces = snapshot.chunks.range(stream, start, end)
  const read = async function* (): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        signal?.throwIfAborted()
        const piece = pieces.next()
        if (piece.done === true) return
        yield piece.value.bytes
      }
    } catch (error) {
      throw mapSqliteError(error, path)
    } finally {
      signal?.removeEventListener('abort', close)
      close()
    }
  }
  return read()
}

/** Each piece has a buffer of its own, for a reader may hand it over to somebody else. */
async function* piecesOf(value: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < value.length; at += chunkBytes) yield value.slice(at, at + chunkBytes)
}

function clamp(range: ByteRange | null, size: number): readonly [start: number, end: number] {
  const start = Math.min(range?.start ?? 0, size)
  return [start, Math.max(start, Math.min(range?.end ?? size, size))]
}
