import { type Clock, limits, rechunk, type Scope, type StreamPut } from '@holdfast/core'
import { codeOf } from './map-postgres-error.ts'
import { chunkBytes, type LedgerCommit, uploadExpired } from './plugin-ledger.ts'
import { retrying } from './retrying.ts'
import type { Row, SqlDatabase, StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'
import {
  abandonUpload,
  addChunk,
  beginStream,
  renewUpload,
  streamStates,
} from './stream-statements.ts'

/** How often the writer of an upload shows that it lives, however slow its source is. */
const renewEveryMs = limits.uploadLeaseMs / 4

/** Chunks on their way to the database at once; with them, the memory that an upload takes. */
const chunksInFlight = 2

const uniqueViolation = '23505'

/** What an upload needs of its driver. */
export interface UploadContext {
  readonly database: SqlDatabase
  readonly clock: Clock
  readonly scope: Scope
  /** Applies the commit that ends the upload. */
  readonly commit: (commit: LedgerCommit) => Promise<void>
  readonly signal: AbortSignal | undefined
}

/**
 * Writes a value from a stream: its chunks as they come, and in the end one commit that puts the
 * whole in place of the old value. A value that does not fill a chunk is written like any other.
 */
export async function writeValueStream(context: UploadContext, put: StreamPut): Promise<void> {
  const { store } = context.scope
  const { body, expected, quota, ...rest } = put
  const commitOf = (value: Uint8Array, stream?: { id: string; size: number }): LedgerCommit => ({
    checks: expected === undefined ? [] : [{ store, key: put.key, version: expected }],
    puts: [{ ...rest, store, value, stream }],
    deletes: [],
    quota,
  })
  const chunks = rechunk(body, chunkBytes)
  const first = await chunks.next()
  if (first.done === true || first.value.length < chunkBytes) {
    return await context.commit(commitOf(first.value ?? new Uint8Array()))
  }
  const upload = new Upload(context)
  const renewing = setInterval(() => void upload.renew().catch(() => undefined), renewEveryMs)
  try {
    const size = await upload.send(first.value, chunks)
    await context.commit(commitOf(new Uint8Array(), { id: upload.stream, size }))
  } catch (error) {
    const abandoned = upload.abandon()
    // Who aborts wants to hear at once that it has been.
    if (context.signal?.aborted !== true) await abandoned
    throw error
  } finally {
    clearInterval(renewing)
  }
}

class Upload {
  readonly stream: string = crypto.randomUUID()
  readonly #database: SqlDatabase
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  readonly #target: { readonly workspace: string; readonly plugin: string; readonly stream: string }

  constructor({ database, clock, scope, signal }: UploadContext) {
    this.#database = database
    this.#clock = clock
    this.#signal = signal
    this.#target = { workspace: scope.workspace, plugin: scope.plugin, stream: this.stream }
  }

  /** Sends all chunks, a few at a time. Returns their length together. */
  async send(first: Uint8Array, others: AsyncIterable<Uint8Array>): Promise<number> {
    await this.#insert(beginStream, {
      state: streamStates.uploading,
      leaseUntil: this.#leaseUntil(),
    })
    const sending: Promise<void>[] = []
    let position = 0
    let size = 0
    const send = async (bytes: Uint8Array): Promise<void> => {
      size += bytes.length
      const sent = this.#sendChunk(position++, bytes)
      // It is awaited in its turn; until then its failure is not unhandled.
      sent.catch(() => undefined)
      sending.push(sent)
      if (sending.length >= chunksInFlight) await sending.shift()
    }
    await send(first)
    for await (const bytes of others) await send(bytes)
    await Promise.all(sending)
    return size
  }

  async #sendChunk(position: number, bytes: Uint8Array): Promise<void> {
    const added = await this.#insert(addChunk, { position, bytes })
    if (added?.length === 0) throw uploadExpired()
  }

  /** Inserts a row, once, however often the connection is lost; `null` if it was there already. */
  async #insert(statement: Statement, values: StatementValues): Promise<readonly Row[] | null> {
    try {
      const filled = { ...this.#target, ...values }
      return await retrying(() => this.#database.run(statement, filled), {
        signal: this.#signal,
      })
    } catch (error) {
      // Nobody else writes under the id of this upload: an earlier attempt has arrived.
      if (codeOf(error) === uniqueViolation) return null
      throw error
    }
  }

  async renew(): Promise<void> {
    await this.#database.run(renewUpload, { ...this.#target, leaseUntil: this.#leaseUntil() })
  }

  /** Gives up all that was sent. What fails here is left to the end of the lease. */
  async abandon(): Promise<void> {
    await this.#database.run(abandonUpload, this.#target).catch(() => undefined)
  }

  #leaseUntil(): number {
    return this.#clock() + limits.uploadLeaseMs
  }
}
