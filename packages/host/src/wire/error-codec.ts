import { type ErrorContext, HoldfastError, isHoldfastError, MisuseError } from '@holdfast/core'
import { isErrorCode, isRecord, readJsonText } from './json-text.ts'
import type { PayloadReader } from './payload-reader.ts'
import { ProtocolError } from './protocol-error.ts'

/** An error on its way: an error of Holdfast and, of what is behind it, what can be told in words. */
interface ErrorJson {
  readonly code: string
  readonly message: string
  readonly misuse?: true
  readonly operation?: string
  readonly context?: ErrorContext
  readonly cause?: CauseJson
}

interface CauseJson {
  readonly name: string
  readonly message: string
  readonly stack?: string
}

/** Most characters of a message, and of a stack. */
const maxMessageLength = 16_384
/** Most bytes of an error. */
const maxErrorBytes = 262_144
/** Most fields of a context, and most characters of all of them together. */
const maxContextFields = 64
const maxContextLength = 16_384

/**
 * Encodes an error. It throws nothing, whatever the error is, so that it can always be told.
 *
 * @param fallback says what an error that is not of Holdfast is wrapped in
 */
export function encodeError(error: unknown, fallback: (error: unknown) => HoldfastError): string {
  try {
    return JSON.stringify(toJson(isHoldfastError(error) ? error : fallback(error)))
  } catch (cause) {
    // Its own properties may throw when they are looked at.
    const message = `There was an error that cannot be shown: ${textOf(cause)}`
    return JSON.stringify({ code: 'INTERNAL', message: clip(message) })
  }
}

/**
 * Makes the error anew. Whatever was sent, it has a code that is known and facts that are plain.
 *
 * @throws {@link ProtocolError}
 */
export function readError(from: PayloadReader): HoldfastError | MisuseError {
  const json = readJsonText(from, maxErrorBytes)
  if (!isRecord(json)) throw new ProtocolError('an error that is no object')
  const { code, message, misuse, operation, context, cause } = json
  if (!isErrorCode(code) || typeof message !== 'string') {
    throw new ProtocolError('an error without a known code and a message')
  }
  const options = {
    ...(typeof operation === 'string' ? { operation: clip(operation) } : {}),
    context: readContext(context),
    ...(isRecord(cause) ? { cause: readCause(cause) } : {}),
  }
  const text = clip(message)
  return misuse === true
    ? new MisuseError(code, text, options)
    : new HoldfastError(code, text, options)
}

function toJson(error: HoldfastError | MisuseError): ErrorJson {
  const { code, message, operation, context, cause } = error
  return {
    code,
    message: clip(textOf(message)),
    ...(error instanceof TypeError ? { misuse: true } : {}),
    ...(operation === undefined ? {} : { operation: clip(textOf(operation)) }),
    context: readContext(context),
    ...(cause === undefined ? {} : { cause: toCause(cause) }),
  }
}

function toCause(cause: unknown): CauseJson {
  if (!(cause instanceof Error)) return { name: 'Error', message: clip(textOf(cause)) }
  const { name, message, stack } = cause
  return {
    name: clip(textOf(name)),
    message: clip(textOf(message)),
    ...(typeof stack === 'string' ? { stack: clip(stack) } : {}),
  }
}

/** A plugin may put anything where a text is to be. */
function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'something that has no text'
  }
}

function readCause({ name, message, stack }: Readonly<Record<string, unknown>>): Error {
  const error = new Error(typeof message === 'string' ? clip(message) : '')
  if (typeof name === 'string') error.name = clip(name)
  if (typeof stack === 'string') error.stack = clip(stack)
  return error
}

function readContext(json: unknown): ErrorContext {
  if (!isRecord(json)) return {}
  const fields: [string, ErrorContext[string]][] = []
  let length = 0
  for (const [name, value] of Object.entries(json).slice(0, maxContextFields)) {
    if (!isFact(value)) continue
    length += name.length + lengthOf(value)
    if (length > maxContextLength) break
    fields.push([name, value])
  }
  // Own fields, whatever they are called.
  return Object.fromEntries(fields)
}

function lengthOf(value: ErrorContext[string]): number {
  return typeof value === 'object' && value !== null
    ? value.reduce((sum, item) => sum + item.length, 0)
    : String(value).length
}

function isFact(value: unknown): value is ErrorContext[string] {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function clip(text: string): string {
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength - 1)}…`
}
