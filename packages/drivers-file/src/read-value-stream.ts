import {
  type ByteRange,
  clampRange,
  endableGenerator,
  type EntryStream,
  type EpochMs,
  type Scope,
  type StorageKey,
} from '@holdfast/core'
import { chunkBytes } from './chunk-reader.ts'
import { mapSqliteError } from './map-sqlite-error.ts'
import type { Snapshot, Snapshots } from './snapshots.ts'

/** What to read, and from where. */
export interface ValueStreamRequest {
  readonly path: string
  readonly scope: Scope
  readonly key: StorageKey
  readonly range: ByteRange | null
  readonly now: EpochMs
}

/**
 * Opens a value as a stream, of a snapshot that it holds for as long as the stream is open. A body
 * that is ended before its first piece gives it back, too.
 */
export function readValueStream(
  snapshots: Snapshots,
  request: ValueStreamRequest,
): EntryStream | null {
  const snapshot = snapshots.take()
  let isHeld = false
  try {
    const found = snapshot.entries.find(request.scope, request.key, request.now)
    if (found === null) return null
    const { metadata, stream, value } = found
    const { start, end } = clampRange(request.range, metadata.size)
    if (stream === null) return { metadata, body: piecesOf(value.subarray(start, end)) }
    isHeld = true
    const pieces = chunksOf(snapshot, stream, [start, end], request.path)
    return { metadata, body: endableGenerator(pieces, () => snapshot.release()) }
  } finally {
    if (!isHeld) snapshot.release()
  }
}

async function* chunksOf(
  snapshot: Snapshot,
  stream: string,
  [start, end]: readonly [start: number, end: number],
  path: string,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (const { bytes } of snapshot.chunks.range(stream, start, end)) yield bytes
  } catch (error) {
    throw mapSqliteError(error, path)
  } finally {
    snapshot.release()
  }
}

/** Each piece has a buffer of its own, for a reader may hand it over to somebody else. */
async function* piecesOf(value: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < value.length; at += chunkBytes) yield value.slice(at, at + chunkBytes)
}
