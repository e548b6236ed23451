import {
  type ErrorContext,
  HoldfastError,
  isHoldfastError,
  type JsonValue,
  MisuseError,
} from '@holdfast/core'
import type { FrameWriter } from './frame-writer.ts'
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
/** Most fields of a context, and most characters of one of them. */
const maxContextFields = 64
const maxContextLength = 16_384

/** @param fallback says what an error that is not of Holdfast is wrapped in */
export function writeError(
  to: FrameWriter,
  error: unknown,
  fallback: (error: unknown) => HoldfastError,
): void {
  to.text(JSON.stringify(toJson(isHoldfastError(error) ? error : fallback(error))))
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
    message: clip(message),
    ...(error instanceof TypeError ? { misuse: true } : {}),
    ...(operation === undefined ? {} : { operation }),
    context,
    ...(cause === undefined ? {} : { cause: toCause(cause) }),
  }
}

function toCause(cause: unknown): CauseJson {
  if (!(cause instanceof Error)) return { name: 'Error', message: clip(describeThrown(cause)) }
  const { name, message, stack } = cause
  return {
    name: clip(name),
    message: clip(message),
    ...(typeof stack === 'string' ? { stack: clip(stack) } : {}),
  }
}

function describeThrown(thrown: unknown): string {
  try {
    return String(thrown)
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
  const fields = Object.entries(json)
    .slice(0, maxContextFields)
    .filter((field): field is [string, ErrorContext[string]] => isFact(field[1]))
  // Own fields, whatever they are called.
  return Object.fromEntries(fields)
}

function isFact(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= maxContextLength
  if (Array.isArray(value)) {
    const items: readonly (JsonValue | undefined)[] = value
    return items.length <= maxContextFields && items.every((item) => typeof item === 'string')
  }
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}

function clip(text: string): string {
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength - 1)}…`
}
