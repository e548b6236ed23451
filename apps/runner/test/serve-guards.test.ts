import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFolder, run } from './holdfast.ts'
import { serve, type Server } from './server.ts'

const token = 'a-secret-of-the-operator'

/** `fetch` sends no Host and no Origin of the caller's choice. */
async function get(
  { port }: Server,
  path: string,
  headers: OutgoingHttpHeaders,
): Promise<{ status: number | undefined; code: unknown }> {
  const outgoing = request({ port, path, headers }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const { code } = (await json(incoming)) as { code?: unknown }
  return { status: incoming.statusCode, code }
}

describe('without a token the server', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve([], { atEnd: afterAll })
  })

  test.each([
    'localhost',
    'localhost:1234',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:80',
    'a.localhost',
  ])('answers to the name %s', async (host) => {
    expect(await get(server, '/healthz', { host })).toEqual({ status: 200, code: undefined })
  })

  test.each([
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '192.168.0.1',
    '0.0.0.0',
  ])('does not answer to the name %s', async (host) => {
    for (const path of ['/healthz', '/v1/plugins', '/e/acme/desk/public/echo']) {
      expect(await get(server, path, { host })).toEqual({ status: 403, code: 'FORBIDDEN' })
    }
  })

  test('understands no Host that cannot be', async () => {
    expect(await get(server, '/healthz', { host: 'a b' })).toMatchObject({ status: 400 })
  })

  test.each([
    ['another site', { origin: 'https://example.com' }],
    ['a page without an origin', { origin: 'null' }],
    ['an image of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s, but for public endpoints', async (_what, headers) => {
    for (const path of ['/v1/plugins', '/e/acme/desk/echo']) {
      expect(await get(server, path, headers)).toEqual({ status: 403, code: 'FORBIDDEN' })
    }
    expect(await get(server, '/e/acme/desk/public/echo', headers)).toMatchObject({ status: 201 })
  })

  test('answers to pages of this machine', async () => {
    expect(await get(server, '/v1/plugins', { origin: 'http://localhost:3000' })).toMatchObject({
      status: 200,
    })
  })
})

describe('with a token the server', () => {
  let server: Server
  beforeAll(async () => {
    server = await serve([], { env: { HOLDFAST_TOKEN: token }, atEnd: afterAll })
  })

  test.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer another' }],
    ['a part of the token', { authorization: `Bearer ${token.slice(1)}` }],
    ['the token by another scheme', { authorization: `Basic ${token}` }],
  ])('refuses %s, but for public endpoints and its health', async (_what, headers) => {
    for (const path of ['/v1/plugins', '/v2', '/e/acme/desk/echo', '/e/a/desk/no', '/e/a/no/no']) {
      const expected = path === '/v2' ? { status: 404 } : { status: 401, code: 'UNAUTHORIZED' }
      expect(await get(server, path, headers)).toMatchObject(expected)
    }
    expect(await get(server, '/e/acme/desk/public/echo', headers)).toMatchObject({ status: 201 })
    expect(await get(server, '/healthz', headers)).toMatchObject({ status: 200 })
  })

  test('says how to show one', async () => {
    const response = await fetch(`${server.url}/v1/plugins`)

    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  test.each([`Bearer ${token}`, `bearer  ${token}`])('takes "%s"', async (authorization) => {
    expect(await get(server, '/v1/plugins', { authorization })).toMatchObject({ status: 200 })
  })

  test.each(['/e/acme/desk/echo', '/e/acme/desk/public/echo'])(
    'shows its token to no plugin, at %s',
    async (path) => {
      const headers = { authorization: `Bearer ${token}` }

      expect(await (await fetch(server.url + path, { headers })).json()).toMatchObject({
        authorization: null,
      })
    },
  )

  test('leaves a public endpoint what it asks for itself', async () => {
    const headers = { authorization: 'Bearer of-the-plugin' }

    expect(
      await (await fetch(`${server.url}/e/acme/desk/public/echo`, { headers })).json(),
    ).toMatchObject({ authorization: 'Bearer of-the-plugin' })
  })
})

describe('a token', () => {
  test('may be in a file', async () => {
    const file = join(await makeFolder(), 'token')
    await writeFile(file, `${token}\n`)
    const server = await serve(['--token-file', file])

    expect(await get(server, '/v1/plugins', {})).toMatchObject({ status: 401 })
    expect(await get(server, '/v1/plugins', { authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
    })
  })

  test.each(['', '  ', 'two words', 'é'])('cannot be "%s"', async (wrong) => {
    expect(await run(['serve'], { env: { HOLDFAST_TOKEN: wrong } })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^holdfast: INVALID_ARGUMENT: The token in HOLDFAST_TOKEN /),
    })
  })
})
