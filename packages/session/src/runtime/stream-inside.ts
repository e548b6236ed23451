import { isUint8Array } from 'node:util/types'
import { describeValue, HoldfastError } from '@holdfast/core'
import type { Invocation } from '../invocation/invocation.ts'

/**
 * Keeps an invocation open until the body of its response has ended, and has the body produced
 * inside it: what pulls a stream is the server that sends it, which is in no invocation or, with
 * several at once, in another one.
 *
 * @param toFailure makes the error of the body from what the endpoint's stream fails with
 */
export function streamInside(
  invocation: Invocation,
  response: Response,
  toFailure: (thrown: unknown) => Error,
): Response {
  if (response.body === null) {
    invocation.close()
    return response
  }
  const { status, statusText, headers } = response
  const source = new BodySource(invocation, response.body, toFailure)
  // Nothing is produced before somebody reads it.
  const body = new ReadableStream(source, { highWaterMark: 0 })
  return new Response(body, { status, statusText, headers })
}

class BodySource {
  readonly #invocation: Invocation
  readonly #reader: ReadableStreamDefaultReader<unknown>
  readonly #toFailure: (thrown: unknown) => Error
  #stopListening = (): void => undefined
  #isCancelled = false

  constructor(
    invocation: Invocation,
    body: ReadableStream<unknown>,
    toFailure: (thrown: unknown) => Error,
  ) {
    this.#invocation = invocation
    this.#reader = body.getReader()
    this.#toFailure = toFailure
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { signal } = this.#invocation.context
    const abort = (): void => {
      const cause: unknown = signal.reason
      controller.error(new HoldfastError('ABORTED', 'The invocation was aborted.', { cause }))
      // The body has failed already, whatever its source says to being cancelled.
      this.cancel(cause).catch(() => undefined)
    }
    this.#stopListening = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const step = await this.#invocation.run(() => this.#reader.read())
      // Then this read ended only because the source was cancelled, and that is still to end.
      if (this.#isCancelled) return
      if (step.done) {
        this.#end()
        controller.close()
      } else {
        controller.enqueue(checkChunk(step.value))
      }
    } catch (error) {
      this.cancel(error).catch(() => undefined)
      throw this.#toFailure(error)
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#isCancelled = true
    const cancelling = this.#invocation.run(() => this.#reader.cancel(reason))
    // A generator hears of it at its next step alone, and may be waiting for a change that never comes.
    this.#invocation.interrupt(reason)
    try {
      await cancelling
    } finally {
      this.#end()
    }
  }

  #end(): void {
    this.#stopListening()
    this.#invocation.close()
  }
}

function checkChunk(chunk: unknown): Uint8Array {
  if (isUint8Array(chunk)) return chunk
  throw new TypeError(
    `the body of a Response streams bytes in Uint8Arrays; it streamed ${describeValue(chunk)}.`,
  )
}
