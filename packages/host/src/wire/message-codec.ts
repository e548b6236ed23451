import { encodeJson, HoldfastError, isHoldfastError } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import { makeBlob, parseMessageJson } from '@holdfast/session/runtime'
import type { FrameWriter } from './frame-writer.ts'
import { isRecord, measureJson, readJsonText } from './json-text.ts'
import type { PayloadReader } from './payload-reader.ts'
import { ProtocolError } from './protocol-error.ts'
import { wireLimits } from './wire-limits.ts'

const kinds = { blob: 0, json: 1 } as const

/** Bytes of a blob, beside its media type and name. */
const maxBlobBytes: number = wireLimits.maxMessageBytes - 65_536

/**
 * Prepares a message of a tool: a file as its bytes, all else as JSON.
 *
 * @throws {@link HoldfastError} `MESSAGE_TOO_LARGE`
 */
export function prepareMessage(message: Message): (to: FrameWriter) => void {
  if (message.type === 'blob') {
    const { bytes, mimeType, filename } = message
    refuseLarge(bytes.length + mimeType.length + (filename?.length ?? 0) * 3, maxBlobBytes)
    return (to) => {
      to.u8(kinds.blob)
        .text(mimeType)
        .optional(filename, (writer, name) => writer.text(name))
        .bytes(bytes, true)
    }
  }
  const json = encodeJson({ ...message })
  refuseLarge(json.length, wireLimits.maxParsedBytes)
  refuseIntricate(measureJson(json).values)
  return (to) => to.u8(kinds.json).bytes(json, true)
}

/** @throws {@link ProtocolError} for what the methods of a tool could not have made */
export function readMessage(from: PayloadReader): Message {
  try {
    return from.u8() === kinds.blob ? readBlob(from) : readJsonMessage(from)
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    throw new ProtocolError(error.message, { cause: error })
  }
}

function readBlob(from: PayloadReader): Message {
  const mimeType = from.text()
  const filename = from.optional((reader) => reader.text())
  return makeBlob(from.view(), mimeType, filename ?? undefined)
}

function readJsonMessage(from: PayloadReader): Message {
  const json = readJsonText(from, wireLimits.maxParsedBytes)
  if (!isRecord(json)) throw new ProtocolError('a message that is no object')
  return parseMessageJson(json)
}

function refuseLarge(bytes: number, most: number): void {
  if (bytes <= most) return
  throw new HoldfastError(
    'MESSAGE_TOO_LARGE',
    `A message of a tool takes at most ${most} bytes; this one takes ${bytes}. Keep what is large in session.storage and send its key, or send it in several messages.`,
    { context: { bytes, maxBytes: most } },
  )
}

function refuseIntricate(values: number): void {
  const most = wireLimits.maxParsedValues
  if (values <= most) return
  throw new HoldfastError(
    'MESSAGE_TOO_LARGE',
    `A message of a tool has at most ${most} values of JSON in it; this one has ${values}. Keep what is large in session.storage and send its key, send it as a file, or in several messages.`,
    { context: { values, maxValues: most } },
  )
}
