import { HoldfastError } from '@holdfast/session'

/** What a value of `session.storage` may have at most: 64 MiB. */
const maxFileBytes = 67_108_864

/** Refuses a file that could not be stored, before all of it is in memory. */
export function checkFileSize(bytes: number): void {
  if (bytes <= maxFileBytes) return
  throw new HoldfastError('VALUE_TOO_LARGE', `A file has at most ${maxFileBytes} bytes.`)
}

/** Reads the body of a request, as far as it could be stored. */
export async function readBody(request: Request): Promise<Uint8Array> {
  const body: AsyncIterable<Uint8Array> | readonly [] = request.body ?? []
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    checkFileSize(bytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}
