import { Worker } from 'node:worker_threads'
import { HoldfastError } from '@holdfast/core'
import type { WriterOptions } from './open-writer.ts'
import { unpackError, type WriterReply } from './writer-protocol.ts'

/** A thread that has the store open for writing. */
export interface StartedWriter {
  readonly worker: Worker
  /** Which file it has open, whatever becomes of its name. */
  readonly file: string
}

/**
 * Starts a thread and has it open the store, or make it.
 *
 * @throws {@link HoldfastError} one of the `STORE_*` codes
 */
export async function startWriter(options: WriterOptions): Promise<StartedWriter> {
  const { promise, resolve, reject } = Promise.withResolvers<WriterReply>()
  const worker = newWorker(options)
  worker.once('message', resolve)
  worker.on('error', reject)
  const exit = Promise.withResolvers<unknown>()
  worker.once('exit', (code) => {
    reject(writerEnded(options.path, undefined))
    exit.resolve(code)
  })
  const reply = await promise
  if ('openError' in reply) {
    // Until then its connection may be open.
    await exit.promise
    throw unpackError(reply.openError)
  }
  if (!('opened' in reply)) throw writerEnded(options.path, undefined)
  return { worker, file: reply.opened }
}

/** The error of what the writer had not done when its thread ended. */
export function writerEnded(path: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_UNAVAILABLE',
    `The thread that writes the store ${path} ended before it had done this, and nothing of it was applied. Try again: the next write starts a new thread.`,
    { context: { path }, cause },
  )
}

function newWorker(workerData: WriterOptions): Worker {
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
