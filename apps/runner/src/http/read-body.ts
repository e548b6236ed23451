import { HoldfastError } from '@holdfast/core'

/**
 * Reads the body of a request whole.
 *
 * @throws {@link HoldfastError} `REQUEST_TOO_LARGE`, as soon as that is known
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length')) > maxBytes) throw requestTooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  const body: AsyncIterable<Uint8Array> | null = request.body
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw requestTooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function requestTooLarge(maxBytes: number): HoldfastError {
  return new HoldfastError(
    'REQUEST_TOO_LARGE',
    `The parameters of a tool take at most ${maxBytes} bytes of JSON. Send a file to an endpoint of the plugin instead.`,
    { context: { maxBytes } },
  )
}
