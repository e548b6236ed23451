import { encodeJson, HoldfastError, type JsonValue } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { RequestHead } from '../wire/load-order.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import type { ServedInvocation } from './served-invocation.ts'

/** What every invocation is made of. */
export interface InvocationOrder {
  readonly invocationId: string
  /** Which try it is, from 1. */
  readonly attempt: number
  readonly served: Omit<ServedInvocation, 'lifetime'>
}

/** A tool to be called. */
export interface ToolOrder extends InvocationOrder {
  readonly tool: string
  /** JSON in UTF-8, made by {@link encodeParameters}. */
  readonly parameters: Uint8Array
}

/** An endpoint to be asked. */
export interface EndpointOrder extends InvocationOrder {
  readonly head: RequestHead
  readonly body: ReadableStream<Uint8Array> | null
}

/**
 * Encodes the parameters of a tool.
 *
 * @throws {@link HoldfastError} `REQUEST_TOO_LARGE`, `INVALID_JSON_VALUE`
 */
export function encodeParameters(parameters: JsonValue | undefined): Uint8Array {
  const most = wireLimits.maxParametersBytes
  // What is far too large is not even encoded: it may be more than a text can hold.
  if (lengthBeyond(parameters, most) > most) throw parametersTooLarge()
  const json = encodeJson(parameters === undefined ? {} : parameters)
  if (json.length > most) throw parametersTooLarge()
  return json
}

/** At least how many bytes a value takes as JSON; it counts no further than it must. */
function lengthBeyond(value: unknown, most: number): number {
  const waiting = [value]
  const seen = new Set<object>()
  let length = 0
  while (waiting.length > 0 && length <= most) {
    const next = waiting.pop()
    length++
    if (typeof next === 'string') {
      length += next.length
    } else if (typeof next === 'object' && next !== null && !seen.has(next)) {
      seen.add(next)
      for (const item of Object.values(next)) waiting.push(item)
    }
  }
  return length
}

function parametersTooLarge(): HoldfastError {
  const maxBytes = wireLimits.maxParametersBytes
  return new HoldfastError(
    'REQUEST_TOO_LARGE',
    `The parameters of a tool take at most ${maxBytes} bytes as JSON; these take more. What is larger goes in by an endpoint.`,
    { context: { maxBytes } },
  )
}

export function writeToolOrder(
  connection: Connection,
  id: number,
  token: Buffer,
  order: ToolOrder,
): void {
  const frame = connection.begin(frameType.invokeTool, id)
  writeInvocation(frame, token, order)
  frame.text(order.tool).bytes(order.parameters, true).end()
}

export function writeEndpointOrder(
  connection: Connection,
  id: number,
  token: Buffer,
  order: EndpointOrder,
): void {
  const frame = connection.begin(frameType.invokeEndpoint, id)
  writeInvocation(frame, token, order)
  frame.text(JSON.stringify(order.head)).end()
}

function writeInvocation(to: FrameWriter, token: Buffer, order: InvocationOrder): void {
  const { attempt, invocationId, served } = order
  to.raw(token, true).u32(attempt).text(invocationId).text(served.scope.workspace)
}
