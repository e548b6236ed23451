import { createHash } from 'node:crypto'

const digestBytes = 32

/** What a value has at least, in bytes. */
export const smallestValue = 40

/** A value of so many bytes that tells by which round it was written, and whether it is whole. */
export function makeValue(key: string, round: number, size: number): Uint8Array {
  const body = Buffer.alloc(size - digestBytes, round % 251)
  body.writeDoubleBE(round)
  return new Uint8Array(Buffer.concat([digest(key, body), body]))
}

/** The round that wrote a value; `null` for what is not one whole value of that key. */
export function readRound(key: string, value: Uint8Array): number | null {
  if (value.byteLength < smallestValue) return null
  const body = Buffer.from(value.subarray(digestBytes))
  return digest(key, body).equals(value.subarray(0, digestBytes)) ? body.readDoubleBE() : null
}

function digest(key: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(key).update(body).digest()
}
