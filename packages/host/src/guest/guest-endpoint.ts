import { HoldfastError } from '@holdfast/core'
import type { PluginDefinition } from '@holdfast/session'
import { type InvocationContext, runEndpoint } from '@holdfast/session/runtime'
import type { Connection } from '../wire/connection.ts'
import { readError, encodeError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import { IncomingBody } from '../wire/incoming-body.ts'
import type { RequestHead, ResponseHead } from '../wire/load-order.ts'
import { OutgoingBody } from '../wire/outgoing-body.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { toStream } from '../wire/to-stream.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import { type GuestInvocation, sayLast } from './guest-invocation.ts'

/** A request to an endpoint, until the body of its response has been sent. */
export class GuestEndpoint implements GuestInvocation {
  readonly #connection: Connection
  readonly #id: number
  readonly #head: RequestHead
  readonly #abort: AbortController
  /** Ends it here. What it has left to be sent goes before its last word. */
  readonly #onEnd: () => Promise<void> | null
  readonly #requestBody: IncomingBody | null
  #responseBody: OutgoingBody | null = null
  #isCancelled = false

  constructor(
    connection: Connection,
    id: number,
    head: RequestHead,
    abort: AbortController,
    onEnd: () => Promise<void> | null,
  ) {
    this.#connection = connection
    this.#id = id
    this.#head = head
    this.#abort = abort
    this.#onEnd = onEnd
    this.#requestBody = head.hasBody ? new IncomingBody(connection, id, () => undefined) : null
  }

  /** Answers the request, and ends when all of the answer has been sent. */
  async run(definition: PluginDefinition, context: InvocationContext): Promise<void> {
    const { path, settings } = this.#head
    try {
      const request = this.#makeRequest()
      const response = await runEndpoint(definition, path, request, settings, context)
      if (this.#isCancelled) await response.body?.cancel()
      else await this.#send(response)
      this.#end(null)
    } catch (error) {
      this.#end(error)
    }
  }

  pull(): Promise<void> {
    return Promise.resolve()
  }

  cancel(reason: HoldfastError | null): void {
    this.#isCancelled = true
    if (reason !== null) {
      this.#abort.abort(reason)
      this.#requestBody?.fail(reason)
    }
    this.#responseBody?.stop()
  }

  handle(type: FrameType, payload: PayloadReader): void {
    switch (type) {
      case frameType.data:
        this.#requestBody?.push(new Uint8Array(payload.rest()))
        break
      case frameType.end:
        this.#requestBody?.end()
        break
      case frameType.bodyFailed:
        this.#requestBody?.fail(readError(payload))
        break
      case frameType.credit:
        this.#responseBody?.grant(payload.u32())
        break
      case frameType.stop:
        this.#isCancelled = true
        this.#responseBody?.stop()
        break
      default:
    }
  }

  #makeRequest(): Request {
    const { method, url, headers } = this.#head
    const body = this.#requestBody
    const init = {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      signal: this.#abort.signal,
      ...(body === null ? {} : { body: toStream(body), duplex: 'half' as const }),
    }
    return new Request(url, init)
  }

  async #send(response: Response): Promise<void> {
    const { status, statusText, headers, body } = response
    const head: ResponseHead = {
      status,
      statusText,
      headers: [...headers],
      hasBody: body !== null,
    }
    const json = Buffer.from(JSON.stringify(head))
    if (json.length > wireLimits.maxFrameBytes) {
      await body?.cancel()
      throw new HoldfastError(
        'MESSAGE_TOO_LARGE',
        `The head of a response takes at most ${wireLimits.maxFrameBytes} bytes; this one takes ${json.length}.`,
      )
    }
    if (body !== null) {
      // From its credit on it is read, and not before.
      this.#responseBody = new OutgoingBody(
        this.#connection,
        this.#id,
        iterate(body),
        (cause) =>
          new HoldfastError('ENDPOINT_FAILED', 'The body of the response failed.', { cause }),
      )
    }
    this.#connection.begin(frameType.response, this.#id).bytes(json, true).end()
    await this.#responseBody?.send()
  }

  #end(error: unknown): void {
    void this.#requestBody?.return()
    const sent = this.#onEnd()
    if (error === null) {
      sayLast(sent, () => this.#connection.send(frameType.done, this.#id, true))
      return
    }
    const json = encodeError(
      error,
      (cause) => new HoldfastError('ENDPOINT_FAILED', 'The endpoint failed.', { cause }),
    )
    sayLast(sent, () => this.#connection.begin(frameType.failed, this.#id, true).text(json).end())
  }
}

/** A stream's own iterator waits for a read under way before it cancels; this one does not. */
function iterate(body: ReadableStream<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  const reader = body.getReader()
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      const step = await reader.read()
      return step.done ? { done: true, value: undefined } : { done: false, value: step.value }
    },
    async return() {
      await reader.cancel()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
