import { type Clock, limits, rechunk, type Scope, type StreamPut } from '@holdfast/core'
import { chunkBytes } from './chunk-reader.ts'
import type { WriterClient } from './writer-client.ts'
import type { JobOutcome } from './writer-protocol.ts'

/** How often the writer of an upload shows that it lives, however slow its source is. */
const renewEveryMs = limits.uploadLeaseMs / 4

/** Chunks on their way to the disk at once; with them, the memory that an upload takes. */
const chunksInFlight = 4

/**
 * Writes a value from a stream: its chunks as they come, each in a commit of its own between those
 * of others, and in the end one commit that puts the whole in place of the old value.
 */
export async function writeValueStream(
  writer: WriterClient,
  clock: Clock,
  scope: Scope,
  put: StreamPut,
  signal: AbortSignal | undefined,
): Promise<JobOutcome> {
  const stream = crypto.randomUUID()
  const upload = new Upload(writer, clock, stream, signal)
  // Where the lease is lost, the next chunk or the commit says so.
  const renewing = setInterval(() => void upload.renew().catch(() => undefined), renewEveryMs)
  try {
    // Without its commit nothing is applied, so whoever aborts before it can be told so at once.
    const size = await untilAborted(upload.send(put.body), signal)
    const { store, workspace, plugin } = scope
    const { key, version, expiresAt, contentType, quota, expected } = put
    const puts = [
      {
        store,
        key,
        version,
        expiresAt,
        contentType,
        value: new Uint8Array(),
        stream: { id: stream, size },
      },
    ]
    const checks = expected === undefined ? [] : [{ store, key, version: expected }]
    const commit = { checks, puts, deletes: [], quota }
    const target = { workspace, plugin }
    return await writer.run({ kind: 'commit', target, commit, now: clock() }, signal)
  } catch (error) {
    const abandoned = upload.abandon()
    // Who aborts wants to hear at once that it has been.
    if (signal?.aborted !== true) await abandoned
    throw error
  } finally {
    clearInterval(renewing)
  }
}

class Upload {
  readonly #writer: WriterClient
  readonly #clock: Clock
  readonly #stream: string
  readonly #signal: AbortSignal | undefined
  /** The first chunk begins the upload; before it there is none to renew. */
  #hasBegun = false
  /** Buffers that the writer has given back. */
  readonly #spent: Uint8Array<ArrayBuffer>[] = []

  constructor(writer: WriterClient, clock: Clock, stream: string, signal: AbortSignal | undefined) {
    this.#writer = writer
    this.#clock = clock
    this.#stream = stream
    this.#signal = signal
  }

  /** Sends all chunks, a few at a time. Returns their length together. */
  async send(body: AsyncIterable<Uint8Array>): Promise<number> {
    const sending: Promise<unknown>[] = []
    let position = 0
    let size = 0
    for await (const bytes of rechunk(body, chunkBytes, this.#spent)) {
      // What was sent after the upload was given up would be left to the end of the lease.
      this.#signal?.throwIfAborted()
      size += bytes.length
      sending.push(this.#sendChunk(position, bytes))
      position++
      if (sending.length >= chunksInFlight) await sending.shift()
    }
    this.#signal?.throwIfAborted()
    // A value without a byte is a stream, too.
    if (position === 0) sending.push(this.#sendChunk(0, new Uint8Array()))
    await Promise.all(sending)
    return size
  }

  #sendChunk(position: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#hasBegun = true
    const leaseUntil = this.#clock() + limits.uploadLeaseMs
    const job = { kind: 'chunk', stream: this.#stream, position, bytes, leaseUntil } as const
    const sent = this.#writer.run(job).then(({ spent }) => {
      if (spent !== undefined) this.#spent.push(spent)
    })
    // It is awaited in its turn; until then its failure is not unhandled.
    sent.catch(() => undefined)
    return sent
  }

  async renew(): Promise<void> {
    if (!this.#hasBegun) return
    const leaseUntil = this.#clock() + limits.uploadLeaseMs
    await this.#writer.run({ kind: 'renew', stream: this.#stream, leaseUntil })
  }

  /** Gives up all that was sent. What fails here is left to the end of the lease. */
  async abandon(): Promise<void> {
    try {
      await this.#writer.run({ kind: 'abandon', stream: this.#stream })
      while ((await this.#writer.run({ kind: 'reclaim' })).hasOrphans) {
        // A batch at a time, so that others come between.
      }
    } catch {
      // The error that led here is the one to tell.
    }
  }
}

/** Settles like the work, or rejects for the reason of the signal as soon as that aborts. */
async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
