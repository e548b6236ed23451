import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EpochMs } from '@holdfast/core'

/** Where the chunks of a stream belong to. */
const streamStates = {
  /** It is still arriving, and its lease says how long its writer is believed to live. */
  uploading: 0,
  /** It is the value of an entry. */
  live: 1,
  /** It is nobody's any more: its chunks are to be removed. */
  orphaned: 2,
} as const

/** Chunks that one job removes before other writers have their turn: 2 MiB. */
const reclaimBatch = 8

/** The statements that write the chunks of values too large for one row. */
export class StreamStatements {
  readonly #begin: StatementSync
  readonly #renew: StatementSync
  readonly #addChunk: StatementSync
  readonly #adopt: StatementSync
  readonly #abandon: StatementSync
  readonly #orphan: StatementSync
  readonly #orphanScope: StatementSync
  readonly #orphanExpired: StatementSync
  readonly #removeChunks: StatementSync
  readonly #removeStreams: StatementSync
  #hasOrphaned = false

  constructor(database: DatabaseSync) {
    const { uploading, live, orphaned } = streamStates
    this.#begin = database.prepare(
      `INSERT INTO streams (id, state, lease_until) VALUES (?, ${uploading}, ?)`,
    )
    this.#renew = database.prepare(
      `UPDATE streams SET lease_until = ? WHERE id = ? AND state = ${uploading}`,
    )
    this.#addChunk = database.prepare(
      'INSERT INTO chunks (stream, position, bytes) VALUES (?, ?, ?)',
    )
    this.#adopt = database.prepare(
      `UPDATE streams SET state = ${live}, lease_until = NULL WHERE id = ? AND state = ${uploading}`,
    )
    this.#abandon = database.prepare(
      `UPDATE streams SET state = ${orphaned}, lease_until = NULL WHERE id = ? AND state = ${uploading}`,
    )
    this.#orphan = database.prepare(
      `UPDATE streams SET state = ${orphaned}, lease_until = NULL WHERE id = ?`,
    )
    this.#orphanScope = database.prepare(
      `UPDATE streams SET state = ${orphaned}, lease_until = NULL
       WHERE id IN (SELECT stream FROM entries WHERE scope = ? AND stream IS NOT NULL)`,
    )
    this.#orphanExpired = database.prepare(
      `UPDATE streams SET state = ${orphaned}, lease_until = NULL
       WHERE state = ${uploading} AND lease_until <= ?`,
    )
    this.#removeChunks = database.prepare(
      `DELETE FROM chunks WHERE rowid IN (
         SELECT chunks.rowid FROM streams CROSS JOIN chunks ON chunks.stream = streams.id
         WHERE streams.state = ${orphaned} LIMIT ${reclaimBatch})`,
    )
    this.#removeStreams = database.prepare(
      `DELETE FROM streams WHERE state = ${orphaned}
         AND NOT EXISTS (SELECT 1 FROM chunks WHERE stream = streams.id)`,
    )
  }

  /** Says whether anything was orphaned since this was last asked. */
  takeOrphaned(): boolean {
    const hasOrphaned = this.#hasOrphaned
    this.#hasOrphaned = false
    return hasOrphaned
  }

  /** Begins an upload. */
  begin(stream: string, leaseUntil: EpochMs): void {
    this.#begin.run(stream, leaseUntil)
  }

  /** Renews the lease of an upload. Returns whether it still is one: it may have been removed. */
  renew(stream: string, leaseUntil: EpochMs): boolean {
    return this.#renew.run(leaseUntil, stream).changes === 1
  }

  addChunk(stream: string, position: number, bytes: Uint8Array): void {
    this.#addChunk.run(stream, position, bytes)
  }

  /** Makes an upload the value of an entry. Returns whether it still was an upload. */
  adopt(stream: string): boolean {
    return this.#adopt.run(stream).changes === 1
  }

  /** Gives up an upload; what has become the value of an entry stays. */
  abandon(stream: string): void {
    this.#note(this.#abandon.run(stream).changes)
  }

  orphan(stream: string): void {
    this.#note(this.#orphan.run(stream).changes)
  }

  orphanScope(scope: number): void {
    this.#note(this.#orphanScope.run(scope).changes)
  }

  /** Orphans the uploads whose writer has not been heard of. */
  orphanExpired(now: EpochMs): void {
    this.#note(this.#orphanExpired.run(now).changes)
  }

  /** Removes some chunks that are nobody's. Returns whether there may be more. */
  reclaim(): boolean {
    if (this.#removeChunks.run().changes > 0) return true
    this.#removeStreams.run()
    return false
  }

  #note(changes: number | bigint): void {
    if (changes > 0) this.#hasOrphaned = true
  }
}
