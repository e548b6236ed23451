import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { setUpOnce } from './holdfast.ts'
import { pipeline } from './raw-http.ts'
import { type Server, serve } from './server.ts'

const endpoint = '/e/acme/desk/answer'
const health = 'GET /healthz'
const healthy = { status: 200, body: '{"status":"ok"}' }

describe('a connection that is kept', () => {
  let server: Server
  setUpOnce(async (options) => {
    server = await serve([], options)
  })

  describe.each([
    ['a body', 'body=hello', 'hello'],
    ['a body in pieces', 'body=hello&cut=1', 'hello'],
    ['no body', '', ''],
  ])('after a response with %s', (_which, query, body) => {
    test.each([
      'transfer-encoding:identity',
      'transfer-encoding:chunked',
      'connection:close',
      'keep-alive:timeout=0',
      'upgrade:websocket',
      'te:trailers',
      'trailer:x-checksum',
      'proxy-connection:close',
      'proxy-authenticate:Basic',
      'x-hono-already-sent:true',
      'content-length:five',
      'content-length:-1',
    ])('and %s carries the next one whole', async (header) => {
      const [name = '', value] = header.split(':')
      const [first, ...others] = await pipeline(server.port, [
        `GET ${endpoint}?header=${header}&header=x-kept:yes&${query}`,
        health,
      ])
      expect(first).toMatchObject({ status: 200, headers: { 'x-kept': 'yes' }, body })
      // The server says by itself how it has cut a body into chunks.
      const { 'transfer-encoding': chunked = 'chunked', ...headers } = first?.headers ?? {}
      expect(chunked).toBe('chunked')
      expect(Object.entries(headers)).not.toContainEqual([name, value])
      expect(others).toMatchObject([healthy])
    })
  })

  test('carries no header that an endpoint has named in connection', async () => {
    const [first] = await pipeline(server.port, [
      `GET ${endpoint}?header=connection:close,X-Hop&header=x-hop:1&header=x-end:2`,
    ])
    expect(first?.headers).toMatchObject({ 'x-end': '2' })
    expect(first?.headers).not.toHaveProperty('x-hop')
  })

  test('carries all cookies', async () => {
    const cookies = 'header=set-cookie:a%3D1&header=set-cookie:b%3D2'
    const response = await fetch(`${server.url}${endpoint}?${cookies}`)
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test.each([
    ['GET', 'body=hello&cut=2', 200, 'hello'],
    ['HEAD', 'body=hello', 200, ''],
    ['HEAD', '', 200, ''],
    ['GET', 'status=304', 304, ''],
  ])('carries a length that is true: %s %s', async (method, query, status, body) => {
    const request = `${method} ${endpoint}?header=content-length:5&${query}`
    expect(await pipeline(server.port, [request, health])).toMatchObject([
      { status, headers: { 'content-length': '5' }, body },
      healthy,
    ])
  })

  test.each(['', 'status=204'])(
    'carries no length of a body that is not there: %s',
    async (query) => {
      const request = `GET ${endpoint}?header=content-length:5&${query}`
      const [first, second] = await pipeline(server.port, [request, health])
      expect(first?.headers['content-length'] ?? '0').toBe('0')
      expect(second).toMatchObject(healthy)
    },
  )
})

describe('a response whose body is not as long as its content-length', () => {
  test.each([
    ['too long by far', 'content-length:1', 'body=hello'],
    ['too long in the end', 'content-length:3', 'body=hello&cut=1'],
    ['too long for nothing', 'content-length:0', 'body=hello'],
    ['too short', 'content-length:9', 'body=hello&cut=1'],
  ])('is broken off with its connection: %s', async (_what, header, query) => {
    const server = await serve()
    const socket = connect(server.port, '127.0.0.1').setEncoding('latin1')
    socket.write(`GET ${endpoint}?header=${header}&${query} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    socket.write(`${health} HTTP/1.1\r\nhost: localhost\r\n\r\n`)

    const received = await text(socket)
    expect(received.split('\r\n\r\n')[1] ?? '').toMatch(/^h?e?l?$/)
    server.child.kill('SIGTERM')
    expect(JSON.parse(await server.log)).toMatchObject({
      code: 'ENDPOINT_FAILED',
      detail: expect.stringContaining('content-length'),
    })
  })
})

test('a header that cannot be sent is a problem of the endpoint, without its value', async () => {
  const server = await serve()
  const request = `GET ${endpoint}?header=x-secret:s3cr3t%01&body=hello`
  const responses = await pipeline(server.port, [request, health])
  expect(responses).toMatchObject([{ status: 500 }, healthy])
  expect(JSON.parse(responses[0]?.body ?? '')).toMatchObject({ code: 'ENDPOINT_FAILED' })
  server.child.kill('SIGTERM')
  expect(await server.log).toMatch(/^(?!.*s3cr3t).*x-secret/)
})

test('Response.error() is a problem of the endpoint, and its connection goes on', async () => {
  const server = await serve()
  const responses = await pipeline(server.port, ['GET /e/acme/desk/unsendable', health])
  expect(responses).toMatchObject([
    { status: 500, headers: { 'content-type': 'application/problem+json' } },
    healthy,
  ])
  expect(JSON.parse(responses[0]?.body ?? '')).toMatchObject({
    code: 'ENDPOINT_FAILED',
    detail: expect.stringContaining('Response.error()'),
  })
})
