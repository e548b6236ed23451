import type { BlobMessage, Message } from '@holdfast/session'

/** A message as JSON; the bytes of a blob are in base64. */
export type EncodedMessage = Exclude<Message, BlobMessage> | EncodedBlob

/** A file as JSON. */
export interface EncodedBlob extends Omit<BlobMessage, 'bytes'> {
  readonly base64: string
}

/** Makes a message fit for JSON. */
export function encodeMessage(message: Message): EncodedMessage {
  if (message.type !== 'blob') return message
  const { bytes, ...rest } = message
  return {
    ...rest,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  }
}
