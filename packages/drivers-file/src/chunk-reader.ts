import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { HoldfastError } from '@holdfast/core'

/** Length of every chunk of a stream but the last, in bytes. */
export const chunkBytes: number = 256 * 1024

/** Reads the chunks of streamed values. */
export class ChunkReader {
  readonly #chunk: StatementSync

  constructor(database: DatabaseSync) {
    this.#chunk = database.prepare('SELECT bytes FROM chunks WHERE stream = ? AND position = ?')
  }

  /** All of a stream in one piece. Call it in the transaction that found the stream. */
  whole(stream: string, size: number): Uint8Array {
    const value = new Uint8Array(size)
    for (const piece of this.range(stream, 0, size)) value.set(piece.bytes, piece.at)
    return value
  }

  /** The pieces of a stream from byte `start` to byte `end`, read one by one as they are asked for. */
  *range(stream: string, start: number, end: number): Generator<Piece, void> {
    for (let at = start; at < end;) {
      const position = Math.floor(at / chunkBytes)
      const from = at - position * chunkBytes
      const to = Math.min(end - position * chunkBytes, chunkBytes)
      const chunk = this.#chunk.get(stream, position)?.['bytes']
      if (!(chunk instanceof Uint8Array) || chunk.length < to) throw missingChunk(position)
      yield { at, bytes: chunk.subarray(from, to) }
      at += to - from
    }
  }
}

/** Some bytes of a stream, and where in the stream they begin. */
interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

function missingChunk(position: number): HoldfastError {
  return new HoldfastError(
    'STORE_CORRUPT',
    `A value in the store lacks its chunk ${position}. Restore the store from a backup.`,
  )
}
