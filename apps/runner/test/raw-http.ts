import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** A response as it was on the wire. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends requests one after the other on one connection, without waiting for answers, and gives all
 * that comes back until the server closes it, framed as HTTP/1.1 says and as no client mends it.
 *
 * @param requests method and path, such as `GET /healthz`; the last asks for the end of the connection
 */
export async function pipeline(
  port: number,
  requests: readonly string[],
): Promise<readonly RawResponse[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  const heads = requests.map((request, index) => {
    const last = index === requests.length - 1 ? 'connection: close\r\n' : ''
    return `${request} HTTP/1.1\r\nhost: localhost\r\n${last}\r\n`
  })
  socket.write(heads.join(''))
  return parse(await text(socket), requests)
}

function parse(received: string, requests: readonly string[]): readonly RawResponse[] {
  const responses: RawResponse[] = []
  for (let rest = received; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n')
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(first) ?? []
    if (status === undefined) throw new Error(`Not the begin of a response: ${rest.slice(0, 80)}`)
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [name = '', ...value] = line.split(': ')
        return [name.toLowerCase(), value.join(': ')]
      }),
    )
    rest = rest.slice(end + 4)
    const isBodiless =
      requests[responses.length]?.startsWith('HEAD ') === true || /^(?:204|304)$/.test(status)
    const [body, after] = isBodiless ? ['', rest] : takeBody(headers, rest)
    responses.push({ status: Number(status), headers, body })
    rest = after
  }
  return responses
}

function takeBody(headers: RawResponse['headers'], rest: string): [body: string, after: string] {
  if (headers['transfer-encoding'] !== 'chunked') {
    const length = Number(headers['content-length'])
    return [rest.slice(0, length), rest.slice(length)]
  }
  const [line = ''] = rest.split('\r\n', 1)
  const length = Number.parseInt(line, 16)
  const begin = line.length + 2
  const after = rest.slice(begin + length + 2)
  if (length === 0) return ['', after]
  const [body, end] = takeBody(headers, after)
  return [rest.slice(begin, begin + length) + body, end]
}
