import { HoldfastError } from '@holdfast/core'
import * as z from 'zod'
import type { Connection } from '../wire/connection.ts'
import { readError, encodeError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import { IncomingBody } from '../wire/incoming-body.ts'
import { readJsonText } from '../wire/json-text.ts'
import { OutgoingBody } from '../wire/outgoing-body.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { toStream } from '../wire/to-stream.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import type { HostInvocation } from './host-invocation.ts'
import { InvocationEnd } from './invocation-end.ts'
import type { ServedInvocation } from './served-invocation.ts'

const headSchema = z.object({
  status: z.int().min(200).max(599),
  statusText: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  hasBody: z.boolean(),
})

/** A request to an endpoint that runs in another process, until its response has been read. */
export class EndpointInvocation implements HostInvocation {
  readonly id: number
  readonly invocationId: string
  readonly served: ServedInvocation
  readonly #connection: Connection
  readonly #end = new InvocationEnd()
  readonly #response = Promise.withResolvers<Response>()
  readonly #requestBody: OutgoingBody | null
  #responseBody: IncomingBody | null = null
  #hasResponse = false
  #isCancelled = false

  constructor(
    connection: Connection,
    id: number,
    invocationId: string,
    served: Omit<ServedInvocation, 'lifetime'>,
    requestBody: ReadableStream<Uint8Array> | null,
  ) {
    this.#connection = connection
    this.id = id
    this.invocationId = invocationId
    this.served = { ...served, lifetime: this.#end.lifetime }
    this.#response.promise.catch(() => undefined)
    this.#requestBody =
      requestBody === null ? null : new OutgoingBody(connection, id, requestBody, requestFailed)
  }

  get ended(): Promise<void> {
    return this.#end.ended
  }

  get hasEnded(): boolean {
    return this.#end.hasEnded
  }

  /** Resolves with the response as soon as its head is there. */
  get response(): Promise<Response> {
    return this.#response.promise
  }

  /** Sends the body of the request, as the plugin reads it. */
  sendBody(): void {
    void this.#requestBody?.send()
  }

  cancel(reason: HoldfastError | null): void {
    if (this.#isCancelled || this.#end.hasEnded) return
    this.#isCancelled = true
    this.#responseBody?.fail(reason ?? new HoldfastError('ABORTED', 'The call was aborted.'))
    // It must not overtake what the invocation was begun with.
    const frame = this.#connection.begin(frameType.cancel, this.id, true)
    const json = reason === null ? null : encodeError(reason, () => reason)
    frame.optional(json, (to, text) => to.text(text)).end()
  }

  handle(type: FrameType, payload: PayloadReader): void {
    switch (type) {
      case frameType.response:
        this.#answer(payload)
        break
      case frameType.data:
        // The piece belongs to the frame, and is read later.
        this.#bodyOf().push(new Uint8Array(payload.rest()))
        break
      case frameType.end:
        this.#bodyOf().end()
        break
      case frameType.bodyFailed:
        this.#bodyOf().fail(readError(payload))
        break
      case frameType.credit:
        this.#requestBody?.grant(payload.u32())
        break
      case frameType.stop:
        this.#requestBody?.stop()
        break
      case frameType.done:
        if (!this.#hasResponse && !this.#isCancelled) {
          throw new ProtocolError('the end of an endpoint that has not answered')
        }
        this.#finish(new ProtocolError('a response without the end of its body'))
        break
      case frameType.failed:
        this.fail(readError(payload))
        break
      default:
        throw new ProtocolError(`a frame of the type ${type} for an endpoint`)
    }
  }

  fail(error: Error): void {
    this.#response.reject(error)
    this.#finish(error)
  }

  #answer(payload: PayloadReader): void {
    if (this.#hasResponse) throw new ProtocolError('a second response')
    this.#hasResponse = true
    const head = headSchema.safeParse(readJsonText(payload, wireLimits.maxFrameBytes))
    if (!head.success) throw new ProtocolError('a response whose head is none')
    const { status, statusText, headers, hasBody } = head.data
    if (hasBody) {
      this.#responseBody = new IncomingBody(this.#connection, this.id, () => undefined)
    }
    try {
      const body = this.#responseBody === null ? null : toStream(this.#responseBody)
      this.#response.resolve(new Response(body, { status, statusText, headers }))
    } catch (cause) {
      throw new ProtocolError('a response that HTTP does not know', { cause })
    }
  }

  #bodyOf(): IncomingBody {
    if (this.#responseBody === null) throw new ProtocolError('a body before its response')
    return this.#responseBody
  }

  /** @param error what the body failed with, if it has not ended */
  #finish(error: Error): void {
    this.#requestBody?.stop()
    this.#responseBody?.fail(error)
    this.#end.end()
  }
}

function requestFailed(cause: unknown): HoldfastError {
  return new HoldfastError('BODY_FAILED', 'The body of the request failed.', { cause })
}
