import { validateHeaderValue } from 'node:http'
import { HoldfastError } from '@holdfast/core'

/**
 * About a connection (RFC 9110, section 7.6.1), which is the server's business; and what our HTTP
 * library takes for a sign that a response was sent already.
 */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-hono-already-sent',
])

/**
 * The response of an endpoint as it may be sent on a connection that others use after it. Headers
 * about the connection are left out. A content-length is kept, so that callers know how much is to
 * come, and the body is held to it: with one byte more or less, what follows on the connection would
 * be taken for something else.
 *
 * @param method of the request
 * @param onFailure told when the body fails, or is not as long as announced: then it is too late to
 * say so in any other way than by breaking the connection off
 * @throws {@link HoldfastError} `ENDPOINT_FAILED` for a header that HTTP/1.1 cannot carry
 */
export async function toSendable(
  response: Response,
  method: string,
  onFailure: (error: unknown) => void,
): Promise<Response> {
  const { status, statusText } = response
  const headers = endToEnd(response.headers)
  const unsendable = [...headers].find(([name, value]) => !isSendable(name, value))
  if (unsendable !== undefined) {
    await response.body?.cancel()
    throw unsendableHeader(unsendable[0])
  }
  const announced = takeLength(headers)
  const isAboutBody = method === 'HEAD' || status === 304
  if (response.body === null || isAboutBody) {
    await response.body?.cancel()
    if (isAboutBody && announced !== null) headers.set('content-length', String(announced))
    return new Response(null, { status, statusText, headers })
  }
  if (announced !== null) headers.set('content-length', String(announced))
  const body = supervise(response.body, announced, onFailure)
  return new Response(body, { status, statusText, headers })
}

function endToEnd(given: Headers): Headers {
  const headers = new Headers(given)
  const named = (given.get('connection') ?? '').toLowerCase().split(',')
  const dropped = new Set(named.map((name) => name.trim()))
  for (const name of given.keys()) {
    const isDropped = dropped.has(name) || connectionHeaders.has(name) || name.startsWith('proxy-')
    if (isDropped) headers.delete(name)
  }
  return headers
}

/** `Headers` take control characters, which Node does not. */
function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** Takes the length out that was announced; `null` for none, and for what is no length. */
function takeLength(headers: Headers): number | null {
  const length = headers.get('content-length') ?? ''
  headers.delete('content-length')
  return /^\d{1,15}$/.test(length) ? Number(length) : null
}

function supervise(
  source: ReadableStream<Uint8Array>,
  announced: number | null,
  onFailure: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let sent = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          sent += value?.byteLength ?? 0
          const isWrong = announced !== null && (done ? sent !== announced : sent > announced)
          if (isWrong) throw wrongLength(announced, sent)
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          onFailure(error)
          controller.close()
          reader.cancel(error).catch(() => undefined)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function unsendableHeader(name: string): HoldfastError {
  return new HoldfastError(
    'ENDPOINT_FAILED',
    `The header ${name} that the endpoint gave has a control character in it and cannot be sent.`,
  )
}

function wrongLength(announced: number, sent: number): HoldfastError {
  const found = sent > announced ? `has more` : `has ${sent}`
  return new HoldfastError(
    'ENDPOINT_FAILED',
    `The endpoint announced a body of ${announced} bytes by content-length, and it ${found}. The response was broken off.`,
  )
}
