import type { HoldfastError } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import type { Connection } from '../wire/connection.ts'
import { readError, encodeError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import { readMessage } from '../wire/message-codec.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import type { HostInvocation } from './host-invocation.ts'
import { InvocationEnd } from './invocation-end.ts'
import type { ServedInvocation } from './served-invocation.ts'

/** A call of a tool that runs in another process. */
export class ToolInvocation implements HostInvocation {
  readonly id: number
  readonly invocationId: string
  readonly served: ServedInvocation
  readonly #connection: Connection
  readonly #end = new InvocationEnd()
  #step: PromiseWithResolvers<IteratorResult<Message, undefined>> | null = null
  /** The order for the tool asks for its first message, too. */
  #isFirst = true
  #failure: Error | null = null
  #isCancelled = false
  #isAborted = false

  constructor(
    connection: Connection,
    id: number,
    invocationId: string,
    served: Omit<ServedInvocation, 'lifetime'>,
  ) {
    this.#connection = connection
    this.id = id
    this.invocationId = invocationId
    this.served = { ...served, lifetime: this.#end.lifetime }
    this.#step = quietly(Promise.withResolvers())
  }

  /** Resolves when the plugin has said that it is over, or its process is. */
  get ended(): Promise<void> {
    return this.#end.ended
  }

  get hasEnded(): boolean {
    return this.#end.hasEnded
  }

  /** Asks for the next message. */
  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#isFirst) this.#isFirst = false
    else if (!this.#end.hasEnded) {
      this.#step = quietly(Promise.withResolvers())
      this.#connection.send(frameType.pull, this.id)
    }
    if (this.#step !== null) return this.#step.promise
    // It has ended between two messages.
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return Promise.resolve({ done: true, value: undefined })
  }

  /**
   * Wants no more of it. Who wanted no more may still abort it, because it takes too long to end.
   *
   * @param reason why it was aborted; `null` where its caller has all that it wants
   */
  cancel(reason: HoldfastError | null): void {
    if (this.#isAborted || this.#end.hasEnded || (this.#isCancelled && reason === null)) return
    this.#isCancelled = true
    this.#isAborted = reason !== null
    // It must not overtake what the invocation was begun with.
    const frame = this.#connection.begin(frameType.cancel, this.id, true)
    const json = reason === null ? null : encodeError(reason, () => reason)
    frame.optional(json, (to, text) => to.text(text)).end()
  }

  handle(type: FrameType, payload: PayloadReader): void {
    switch (type) {
      case frameType.message:
        if (this.#isCancelled) break
        if (this.#step === null) throw new ProtocolError('a message that was not asked for')
        this.#take().resolve({ done: false, value: readMessage(payload) })
        break
      case frameType.done:
        this.#end.end()
        this.#step?.resolve({ done: true, value: undefined })
        break
      case frameType.failed:
        this.fail(readError(payload))
        break
      default:
        throw new ProtocolError(`a frame of the type ${type} for a tool`)
    }
  }

  fail(error: Error): void {
    if (this.#end.hasEnded) return
    this.#failure = error
    this.#end.end()
    this.#step?.reject(error)
  }

  #take(): PromiseWithResolvers<IteratorResult<Message, undefined>> {
    const step = this.#step
    if (step === null) throw new ProtocolError('a message that was not asked for')
    this.#step = null
    return step
  }
}

/** Its caller may have left. */
function quietly<Result>(resolvers: PromiseWithResolvers<Result>): PromiseWithResolvers<Result> {
  resolvers.promise.catch(() => undefined)
  return resolvers
}
