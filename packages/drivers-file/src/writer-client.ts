import type { Worker } from 'node:worker_threads'
import { HoldfastError, outcomeUnknown } from '@holdfast/core'
import type { WriterOptions } from './open-writer.ts'
import { type StartedWriter, startWriter, writerEnded } from './start-writer.ts'
import {
  type Job,
  type JobOutcome,
  unpackError,
  type WriterReply,
  type WriterRequest,
} from './writer-protocol.ts'

/** Bounds of one transaction: short ones, so that other processes get the lock, too. */
const maxBatchJobs = 256
const maxBatchBytes = 16 * 1024 * 1024

/** From this size on, a value is handed over to the writer instead of being copied once more. */
const minTransferBytes = 16 * 1024

interface PendingJob {
  readonly job: Job
  readonly resolve: (outcome: JobOutcome) => void
  readonly reject: (error: unknown) => void
  /** Stops listening for the abort of the call. */
  readonly forget: () => void
}

/**
 * The writer of one process: a thread that owns the only connection which writes. While it does
 * one transaction, the jobs that come gather here and become the next: group commit. Should the
 * thread die, the jobs that it was given fail, and the next ones are for a new thread.
 */
export class WriterClient {
  readonly #options: WriterOptions
  #worker: Worker | undefined
  readonly #waiting: PendingJob[] = []
  #running: readonly PendingJob[] = []
  #isFlushScheduled = false
  #isClosing = false
  #onIdle: (() => void) | undefined

  private constructor(options: WriterOptions, started: StartedWriter) {
    // A thread that comes later must not make a new store where this one has gone.
    this.#options = { ...options, file: started.file }
    this.#worker = this.#adopt(started)
  }

  /**
   * Starts the thread and has it open the store, or make it.
   *
   * @throws {@link HoldfastError} one of the `STORE_*` codes
   */
  static async open(options: WriterOptions): Promise<WriterClient> {
    return new WriterClient(options, await startWriter(options))
  }

  /**
   * Does a job. It resolves when what the job wrote is on the disk.
   *
   * @param signal takes the job back as long as the writer has not been given it
   */
  run(job: Job, signal?: AbortSignal): Promise<JobOutcome> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.#isClosing) throw new HoldfastError('DRIVER_CLOSED', 'The writer is closed.')
      const onAbort = (): void => this.#takeBack(pending, signal?.reason)
      const forget = (): void => signal?.removeEventListener('abort', onAbort)
      const pending: PendingJob = { job, resolve, reject, forget }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(pending)
      this.#scheduleFlush()
    })
  }

  /** Has the thread do the jobs that came, close the store and end. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (!this.#isIdle()) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    const worker = this.#worker
    if (worker === undefined) return
    const exit = new Promise((resolve) => worker.once('exit', resolve))
    // Who waits for the end of the thread must not be ended before it.
    worker.ref()
    worker.postMessage('close' satisfies WriterRequest, [])
    await exit
  }

  #adopt({ worker }: StartedWriter): Worker {
    let cause: unknown
    worker.on('message', (reply: WriterReply) => this.#settle(reply))
    worker.on('error', (error: unknown) => {
      cause = error
    })
    // Not before its exit: until then its connection may hold the lock.
    worker.on('exit', () => this.#lose(cause))
    worker.unref()
    return worker
  }

  #isIdle(): boolean {
    return this.#running.length + this.#waiting.length === 0 && !this.#isFlushScheduled
  }

  #takeBack(pending: PendingJob, reason: unknown): void {
    const index = this.#waiting.indexOf(pending)
    if (index === -1) return
    this.#waiting.splice(index, 1)
    pending.reject(reason)
  }

  /** Waits for the end of the tick, so that all its jobs go together. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#running.length > 0) return
    this.#isFlushScheduled = true
    process.nextTick(() => void this.#flushWhenStarted())
  }

  async #flushWhenStarted(): Promise<void> {
    try {
      this.#worker ??= this.#adopt(await startWriter(this.#options))
    } catch (error) {
      for (const { forget, reject } of this.#waiting.splice(0)) {
        forget()
        reject(error)
      }
    }
    this.#isFlushScheduled = false
    this.#flush()
  }

  #flush(): void {
    const batch = this.#waiting.splice(0, batchLength(this.#waiting))
    if (batch.length === 0) {
      this.#worker?.unref()
      this.#onIdle?.()
      return
    }
    for (const { forget } of batch) forget()
    this.#running = batch
    // A process lives until its writes are done, and no longer.
    this.#worker?.ref()
    const request: WriterRequest = { jobs: batch.map(({ job }) => job) }
    this.#worker?.postMessage(
      request,
      batch.flatMap(({ job }) => largeBuffers(job)),
    )
  }

  #settle(reply: WriterReply): void {
    if (!('results' in reply)) return
    const done = this.#running
    this.#running = []
    for (const [index, { job, resolve, reject }] of done.entries()) {
      const result = reply.results[index]
      if (result === undefined) reject(this.#lost(job, undefined))
      else if (result.error !== undefined) reject(unpackError(result.error))
      else resolve(result)
    }
    this.#flush()
  }

  /** The thread has ended: by itself, or because it was told to. */
  #lose(cause: unknown): void {
    this.#worker = undefined
    const lost = this.#running
    this.#running = []
    for (const { job, reject } of lost) reject(this.#lost(job, cause))
    if (this.#waiting.length > 0) this.#scheduleFlush()
    else if (this.#isIdle()) this.#onIdle?.()
  }

  #lost(job: Job, cause: unknown): HoldfastError {
    const isInDoubt = job.kind === 'commit' || job.kind === 'clear'
    return isInDoubt
      ? outcomeUnknown(`driver.${job.kind}`, cause)
      : writerEnded(this.#options.path, cause)
  }
}

function batchLength(waiting: readonly PendingJob[]): number {
  let bytes = 0
  const end = waiting.slice(0, maxBatchJobs).findIndex(({ job }, index) => {
    bytes += jobBytes(job)
    return index > 0 && bytes > maxBatchBytes
  })
  return end === -1 ? Math.min(waiting.length, maxBatchJobs) : end
}

function jobBytes(job: Job): number {
  if (job.kind === 'chunk') return job.bytes.byteLength
  if (job.kind !== 'commit') return 0
  return job.commit.puts.reduce((sum, { value }) => sum + value.byteLength, 0)
}

function largeBuffers(job: Job): readonly ArrayBuffer[] {
  if (job.kind === 'chunk') return job.bytes.buffer instanceof ArrayBuffer ? [job.bytes.buffer] : []
  if (job.kind !== 'commit') return []
  return job.commit.puts.flatMap(({ value }) =>
    value.byteLength >= minTransferBytes && value.buffer instanceof ArrayBuffer
      ? [value.buffer]
      : [],
  )
}
