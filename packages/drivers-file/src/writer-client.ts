import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { HoldfastError, outcomeUnknown } from '@holdfast/core'
import type { WriterOptions } from './open-writer.ts'
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
 * one transaction, the jobs that come gather here and become the next: group commit.
 */
export class WriterClient {
  readonly #path: string
  readonly #worker: Worker
  readonly #waiting: PendingJob[] = []
  #running: readonly PendingJob[] = []
  #isFlushScheduled = false
  #isClosing = false
  #exited: HoldfastError | undefined

  private constructor(path: string, worker: Worker) {
    this.#path = path
    this.#worker = worker
    worker.on('message', (reply: WriterReply) => this.#settle(reply))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(undefined))
    worker.unref()
  }

  /**
   * Starts the thread and has it open the store, or make it.
   *
   * @throws {@link HoldfastError} one of the `STORE_*` codes
   */
  static async open(options: WriterOptions): Promise<WriterClient> {
    const worker = startWorker(options)
    const [reply] = (await once(worker, 'message')) as [WriterReply]
    if ('openError' in reply) throw unpackError(reply.openError)
    return new WriterClient(options.path, worker)
  }

  /**
   * Does a job. It resolves when what the job wrote is on the disk.
   *
   * @param signal takes the job back as long as the writer has not been given it
   */
  run(job: Job, signal?: AbortSignal): Promise<JobOutcome> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#takeBack(pending, signal?.reason)
      const forget = (): void => signal?.removeEventListener('abort', onAbort)
      const pending: PendingJob = { job, resolve, reject, forget }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(pending)
      this.#scheduleFlush()
    })
  }

  /** Ends the thread, after the jobs that were given to it. */
  async close(): Promise<void> {
    if (this.#exited !== undefined) return
    this.#isClosing = true
    const exit = once(this.#worker, 'exit')
    this.#worker.ref()
    this.#post('close', [])
    await exit
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
    process.nextTick(() => {
      this.#isFlushScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#exited !== undefined) {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#exited)
      return
    }
    const batch = this.#waiting.splice(0, batchLength(this.#waiting))
    if (batch.length === 0) {
      // Who waits for the end of the thread must not be ended before it.
      if (!this.#isClosing) this.#worker.unref()
      return
    }
    for (const { forget } of batch) forget()
    this.#running = batch
    // A process lives until its writes are done, and no longer.
    this.#worker.ref()
    this.#post(
      { jobs: batch.map(({ job }) => job) },
      batch.flatMap(({ job }) => largeBuffers(job)),
    )
  }

  #post(request: WriterRequest, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(request, transfer)
  }

  #settle(reply: WriterReply): void {
    if (!('results' in reply)) return
    const done = this.#running
    this.#running = []
    for (const [index, { resolve, reject }] of done.entries()) {
      const result = reply.results[index]
      if (result === undefined) reject(outcomeUnknown('driver.commit', undefined))
      else if (result.error !== undefined) reject(unpackError(result.error))
      else resolve(result)
    }
    this.#flush()
  }

  #fail(cause: unknown): void {
    if (this.#exited !== undefined) return
    this.#exited = new HoldfastError(
      'STORE_UNAVAILABLE',
      `The writer of the store ${this.#path} has ended. Close the driver and open a new one.`,
      { context: { path: this.#path }, cause },
    )
    for (const { reject } of this.#running) reject(outcomeUnknown('driver.commit', cause))
    this.#running = []
    this.#flush()
  }
}

function startWorker(workerData: WriterOptions): Worker {
  // Where this module runs as TypeScript, the thread does too, and resolves our packages alike.
  const isSource = import.meta.url.endsWith('.ts')
  return new Worker(
    new URL(isSource ? './writer-worker.ts' : './writer-worker.js', import.meta.url),
    {
      workerData,
      execArgv: isSource ? ['--conditions=@holdfast/source'] : [],
    },
  )
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
