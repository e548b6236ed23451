import { isUint8Array } from 'node:util/types'
import { describeValue, MisuseError } from '@holdfast/core'
import type { Bytes } from '../bytes.ts'

/**
 * Takes what an author gives as bytes: any Uint8Array, of any realm, as a plain one over the same
 * memory. (A Buffer is not passed on as it is: its `slice` shares memory where others copy.)
 *
 * @throws {@link MisuseError} `WRONG_TYPE`; `INVALID_ARGUMENT` when the memory was transferred away,
 * because its length has become 0 and an empty value would be stored silently
 */
export function parseBytes(value: unknown, subject: string): Uint8Array {
  if (!isUint8Array(value)) {
    throw new MisuseError(
      'WRONG_TYPE',
      `${subject} is bytes in a Uint8Array; got ${describeValue(value)}. ${hint(value)}`,
    )
  }
  if ('detached' in value.buffer && value.buffer.detached) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `${subject} is a Uint8Array whose memory was transferred to somebody else. Give it before it is transferred, or a copy.`,
    )
  }
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** Like {@link parseBytes}, in memory of its own. */
export function copyBytes(value: unknown, subject: string): Bytes {
  return new Uint8Array(parseBytes(value, subject))
}

/** Bytes from a store as a plain Uint8Array that is nobody else's, copied only if they are not. */
export function ownBytes(value: Uint8Array): Bytes {
  return isOwn(value) ? value : new Uint8Array(value)
}

function isOwn(value: Uint8Array): value is Bytes {
  return (
    Object.getPrototypeOf(value) === Uint8Array.prototype &&
    value.buffer instanceof ArrayBuffer &&
    value.byteLength === value.buffer.byteLength
  )
}

function hint(value: unknown): string {
  if (value instanceof Promise) return 'It is a Promise: await it.'
  if (typeof value === 'string') return 'Encode it: new TextEncoder().encode(text).'
  if (value instanceof ArrayBuffer) return 'Wrap it: new Uint8Array(buffer).'
  if (value instanceof Blob) return 'Read it: await blob.bytes(). Or give set its blob.stream().'
  if (value instanceof Response || value instanceof Request) return 'Give its body: .body.'
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value) {
    return 'A stream is stored by set, one at a time.'
  }
  return 'A JSON value belongs into persistent_store.'
}
