import { type ErrorCode, errorCodes, type JsonValue, limits } from '@holdfast/core'
import type { PayloadReader } from './payload-reader.ts'
import { ProtocolError } from './protocol-error.ts'
import { wireLimits } from './wire-limits.ts'

/**
 * Reads a text field of JSON.
 *
 * @param maxBytes bound of the field: parsing holds up everything else in the process
 * @throws {@link ProtocolError}
 */
export function readJsonText(from: PayloadReader, maxBytes: number): JsonValue {
  const bytes = from.view()
  if (bytes.length > maxBytes) {
    throw new ProtocolError(`${bytes.length} bytes of JSON, where ${maxBytes} are the most`)
  }
  refuseIntricate(bytes)
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue
  } catch {
    throw new ProtocolError('a text that is no JSON')
  }
}

/** @throws {@link ProtocolError} for JSON that takes too long to parse, or to walk over by recursion */
function refuseIntricate(bytes: Uint8Array): void {
  const { depth, values } = measureJson(bytes)
  // What is nested is a value of the plugin's in an object of the protocol's.
  if (depth > limits.maxJsonDepth + 8) throw new ProtocolError('JSON that is nested too deep')
  if (values > wireLimits.maxParsedValues) {
    throw new ProtocolError(
      `JSON of ${values} values, where ${wireLimits.maxParsedValues} are the most`,
    )
  }
}

/** How deep a text of JSON is nested, and about how many values are in it, without parsing it. */
export function measureJson(bytes: Uint8Array): {
  readonly depth: number
  readonly values: number
} {
  let depth = 0
  let deepest = 0
  let values = 1
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isText) {
      if (byte === backslash) at++
      else if (byte === quote) isText = false
    } else if (byte === quote) {
      isText = true
    } else if (byte === openBracket || byte === openBrace) {
      values++
      if (++depth > deepest) deepest = depth
    } else if (byte === closeBracket || byte === closeBrace) {
      depth--
    } else if (byte === comma) {
      values++
    }
  }
  return { depth: deepest, values }
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value)
}
