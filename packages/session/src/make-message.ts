import {
  decodeJson,
  describeValue,
  encodeJson,
  HoldfastError,
  type JsonValue,
  quoteOrDescribe,
} from '@holdfast/core'
import { isKind, markMessage } from './kind.ts'
import type {
  BlobMessage,
  ImageMessage,
  JsonMessage,
  LinkMessage,
  LogLevel,
  LogMessage,
  Message,
  ProgressMessage,
  TextMessage,
  VariableMessage,
} from './message.ts'
import { copyBytes } from './stores/bytes.ts'
import { isMediaType } from './stores/media-type.ts'

const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies LogLevel[]

export function makeText(text: string): TextMessage {
  return markMessage({ type: 'text', text: checkText(text, 'The text of a text message') })
}

export function makeJson(value: unknown): JsonMessage {
  return markMessage({ type: 'json', value: copyJson(value) })
}

export function makeBlob(bytes: Uint8Array, mimeType: string, filename?: string): BlobMessage {
  return markMessage({
    type: 'blob',
    bytes: copyBytes(bytes, 'The content of a blob message'),
    mimeType: checkMimeType(mimeType),
    filename: checkOptionalText(filename, 'The filename of a blob message'),
  })
}

export function makeLink(url: string | URL, title?: string): LinkMessage {
  return markMessage({
    type: 'link',
    url: checkUrl(url, 'link', ['http:', 'https:', 'mailto:']),
    title: checkOptionalText(title, 'The title of a link message'),
  })
}

export function makeImage(url: string | URL, alt?: string): ImageMessage {
  return markMessage({
    type: 'image',
    url: checkUrl(url, 'image', ['http:', 'https:', 'data:']),
    alt: checkOptionalText(alt, 'The alt text of an image message'),
  })
}

export function makeVariable(name: string, value: unknown): VariableMessage {
  checkText(name, 'The name of a variable message')
  if (name === '') throw invalidMessage('The name of a variable message is empty.')
  return markMessage({ type: 'variable', name, value: copyJson(value) })
}

export function makeLog(level: LogLevel, text: string, data: unknown = null): LogMessage {
  if (!logLevels.includes(level)) {
    throw invalidMessage(
      `The level of a log message is one of ${logLevels.join(', ')}; got ${describeValue(level)}.`,
    )
  }
  checkText(text, 'The text of a log message')
  return markMessage({ type: 'log', level, text, data: copyJson(data) })
}

export function makeProgress(done: number, total?: number, text?: string): ProgressMessage {
  for (const count of [done, total ?? 0]) {
    if (Number.isFinite(count) && count >= 0) continue
    throw invalidMessage(
      `The numbers of a progress message are finite and not below 0; got ${typeof count === 'number' ? count : describeValue(count)}.`,
    )
  }
  return markMessage({
    type: 'progress',
    done,
    total: total ?? null,
    text: checkOptionalText(text, 'The text of a progress message'),
  })
}

/**
 * Takes what a tool yielded or returned as a message.
 *
 * @throws {@link HoldfastError} `INVALID_MESSAGE`
 */
export function parseMessage(value: unknown): Message {
  if (isKind(value, 'message/v1')) return value as Message
  throw invalidMessage(
    `A tool yields messages, which this.text(), this.json() and the like make; got ${describeValue(value)}.`,
  )
}

/**
 * Makes a message anew from what JSON has kept of it.
 *
 * @param json what `JSON.parse` gave, and nobody else has
 * @throws {@link HoldfastError} `INVALID_MESSAGE` for what no method of a tool makes
 */
export function parseMessageJson(json: Readonly<Record<string, JsonValue>>): Message {
  const { type, value, text, level, data } = json
  switch (type) {
    case 'text':
      return makeText(text as string)
    case 'json':
      return markMessage({ type, value: checkPresent(value, type) })
    case 'link':
      return makeLink(json['url'] as string, json['title'] as string)
    case 'image':
      return makeImage(json['url'] as string, json['alt'] as string)
    case 'variable': {
      const { name } = makeVariable(json['name'] as string, null)
      return markMessage({ type, name, value: checkPresent(value, type) })
    }
    case 'log':
      return markMessage({
        ...makeLog(level as LogLevel, text as string),
        data: checkPresent(data, type),
      })
    case 'progress':
      return makeProgress(
        json['done'] as number,
        (json['total'] ?? undefined) as number | undefined,
        text as string,
      )
    default:
      throw invalidMessage(`There is no message of the type ${quoteOrDescribe(type)}.`)
  }
}

function checkPresent(value: JsonValue | undefined, type: string): JsonValue {
  if (value !== undefined) return value
  throw invalidMessage(`The value of a ${type} message is missing.`)
}

/** A message is what it was when it was made, whatever becomes of the value that it was made of. */
function copyJson(value: unknown): JsonValue {
  return decodeJson(encodeJson(value))
}

function checkText(text: unknown, subject: string): string {
  if (typeof text === 'string') return text
  throw invalidMessage(`${subject} is a string; got ${describeValue(text)}.`)
}

function checkOptionalText(text: unknown, subject: string): string | null {
  return text === undefined || text === null ? null : checkText(text, subject)
}

function checkMimeType(mimeType: unknown): string {
  if (isMediaType(mimeType)) return mimeType
  throw invalidMessage(
    `The MIME type of a blob message looks like "image/png"; got ${quoteOrDescribe(mimeType)}.`,
  )
}

function checkUrl(url: unknown, type: string, protocols: readonly string[]): string {
  const parsed = URL.parse(String(url))
  if (parsed !== null && protocols.includes(parsed.protocol)) return parsed.href
  throw invalidMessage(
    `The address of a ${type} message is an absolute URL that begins with one of ${protocols.join(' ')}; got ${quoteOrDescribe(url)}.`,
  )
}

function invalidMessage(message: string): HoldfastError {
  return new HoldfastError('INVALID_MESSAGE', message)
}
