import {
  type ErrorCode,
  type ErrorContext,
  HoldfastError,
  MisuseError,
  type PluginScope,
} from '@holdfast/core'
import { decodeFrames, encodeFrame } from '../fixtures/relay/body-frames.ts'
import { pack, unpack } from '../fixtures/relay/parcel.ts'
import { RelayClient, type RelayedMethod } from './relay-client.ts'

interface WaitingCall extends PromiseWithResolvers<unknown> {
  readonly frame: Uint8Array<ArrayBuffer>
}

interface Answer {
  readonly index: number
  readonly value?: unknown
  readonly error?: {
    readonly name: string
    readonly code: ErrorCode
    readonly message: string
    readonly operation?: string
    readonly context: ErrorContext
  }
}

/**
 * Has the plugin make all calls for one scope that are asked for in one tick in one tick of its own,
 * within one invocation.
 */
export class TickingRelayClient extends RelayClient {
  /** Calls that wait for the end of this tick, by workspace and plugin. */
  readonly #waiting = new Map<string, WaitingCall[]>()

  override ask(
    scope: PluginScope,
    method: RelayedMethod,
    argument: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const frame = encodeFrame('piece', pack({ method, argument }))
    const call = { frame, ...Promise.withResolvers<unknown>() }
    const owner = `${scope.workspace} ${scope.plugin}`
    const calls = this.#waiting.get(owner)
    if (calls !== undefined) {
      calls.push(call)
      return call.promise
    }
    const first = [call]
    this.#waiting.set(owner, first)
    queueMicrotask(() => {
      this.#waiting.delete(owner)
      void this.#send(scope, first)
    })
    return call.promise
  }

  async #send(scope: PluginScope, calls: readonly WaitingCall[]): Promise<void> {
    try {
      const body = Buffer.concat(calls.map(({ frame }) => frame))
      const response = await this.request(scope, '/tick', null, body)
      for await (const parcel of decodeFrames(bodyOf(response), '')) {
        const { index, value, error } = unpack(parcel) as Answer
        if (error === undefined) calls[index]?.resolve(value)
        else calls[index]?.reject(toError(error))
      }
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
  }
}

function bodyOf({ body }: Response): ReadableStream<Uint8Array> {
  if (body === null) throw new Error('The relay answered without a body.')
  return body
}

function toError(fields: NonNullable<Answer['error']>): Error {
  const { name, code, message, operation, context } = fields
  const options = { context, ...(operation === undefined ? {} : { operation }) }
  if (name === 'HoldfastError') return new HoldfastError(code, message, options)
  return name === 'MisuseError' ? new MisuseError(code, message, options) : new Error(message)
}
