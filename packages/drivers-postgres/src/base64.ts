import { type SQL, sql, type SQLWrapper } from 'drizzle-orm'

// Bytes travel as base64, because the client takes and gives hexadecimal digits, which are half as
// many again, and copies them several times.

/** Bytes as text. */
export function encoded(bytes: SQLWrapper): SQL {
  return sql`encode(${bytes}, 'base64')`
}

/** Text as bytes. */
export function decoded(text: SQLWrapper): SQL {
  return sql`decode(${text}, 'base64')`
}

/** The text of bytes, for {@link decoded}. */
export function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

/** The bytes of a text from {@link encoded}, in memory of their own. */
export function fromBase64(text: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  Buffer.from(bytes.buffer).write(text, 'base64')
  return bytes
}
