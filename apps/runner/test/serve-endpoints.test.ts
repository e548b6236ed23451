import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder } from './holdfast.ts'
import { serve } from './server.ts'

describe('an endpoint over HTTP', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'answers %s with the parts of its path, body and settings',
    async (method) => {
      const { url } = await serve()
      const body = method === 'GET' ? null : 'the body'
      const response = await fetch(`${url}/e/acme/desk/echo/a%20b?c=d`, { method, body })

      expect(response.status).toBe(201)
      expect(response.headers.get('x-workspace')).toBe('acme')
      expect(await response.json()).toEqual({
        method,
        path: '/e/acme/desk/echo/a%20b',
        params: { name: 'a b' },
        authorization: null,
        body: body ?? '',
        settings: { greeting: 'hello', theme: 'light' },
      })
    },
  )

  test('answers HEAD without a body, and is done then', async () => {
    const { url, child, ended } = await serve(['--drain-timeout-ms', '4000'])
    const response = await fetch(`${url}/e/acme/desk/echo`, { method: 'HEAD' })

    expect(response.status).toBe(201)
    expect(await response.text()).toBe('')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  test('streams both ways', async () => {
    const { port } = await serve()
    const outgoing = request({ port, method: 'POST', path: '/e/acme/desk/upload' })
    outgoing.write('one')
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    const chunks = incoming.setEncoding('utf8')[Symbol.asyncIterator]()

    // Each part comes back before the next is sent.
    expect((await chunks.next()).value).toBe('one')
    outgoing.write('two')
    expect((await chunks.next()).value).toBe('two')
    outgoing.end()
    expect((await chunks.next()).done).toBe(true)
  })

  test.each([
    ['/e/acme/desk/broken', 'GET /e/acme/desk/…'],
    ['/%65/acme/desk/broken', 'GET /%65/acme/desk/…'],
  ])('breaks off when its body fails, and says why in the log: %s', async (path, shown) => {
    const server = await serve()
    const response = fetch(server.url + path).then((answer) => answer.text())

    // The latter where the response has begun before the body fails.
    await expect(response).rejects.toThrow(/fetch failed|terminated/)
    server.child.kill('SIGTERM')
    expect(JSON.parse(await server.log)).toMatchObject({
      request: shown,
      code: 'ENDPOINT_FAILED',
      detail: expect.stringContaining('the milk is sour'),
    })
  })

  test.each([
    ['an unknown plugin', '/e/acme/none/echo', 404, 'PLUGIN_NOT_FOUND'],
    ['a path that the plugin has not', '/e/acme/desk/nope', 404, 'ENDPOINT_NOT_FOUND'],
    ['no path', '/e/acme/desk', 404, 'ENDPOINT_NOT_FOUND'],
    ['a workspace that cannot be', '/e/a.b/desk/echo', 400, 'INVALID_WORKSPACE_ID'],
  ])('is not there for %s', async (_what, path, status, code) => {
    const { url } = await serve()
    const response = await fetch(url + path)

    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  })

  test('receives the settings that the operator gave, over those of the manifest', async () => {
    const folder = await makeFolder()
    const file = join(folder, 'settings.json')
    await writeFile(file, '{ "desk": { "theme": "dark" } }')
    const { url } = await serve(['--settings', file])

    expect(await (await fetch(`${url}/e/acme/desk/echo`)).json()).toMatchObject({
      settings: { greeting: 'hello', theme: 'dark' },
    })
  })
})
