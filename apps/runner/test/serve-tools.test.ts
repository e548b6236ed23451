import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { desk, makeStore, run, setUpOnce, usageOf } from './holdfast.ts'
import { callTool, linesOf, serve, type Server, toolUrl } from './server.ts'

const longKey = 'x'.repeat(513)

describe('a tool over HTTP', () => {
  test('answers with a line of JSON for each message', async () => {
    const server = await serve()
    const response = await callTool(server, 'say')

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const messages = await Array.fromAsync(linesOf(response))
    expect(messages).toHaveLength(8)
    expect(messages[0]).toEqual({ type: 'progress', done: 1, total: 2, text: 'half way' })
    expect(messages[7]).toMatchObject({ type: 'blob', base64: 'AAH/' })
  })

  test('sends each message when it comes', async () => {
    const server = await serve()
    const lines = linesOf(await callTool(server, 'pause'))

    expect((await lines.next()).value).toEqual({ type: 'text', text: 'before' })
    await fetch(`${server.url}/e/acme/desk/resume`, { method: 'POST' })
    expect((await lines.next()).value).toEqual({ type: 'text', text: 'after' })
    expect((await lines.next()).done).toBe(true)
  })

  test('takes no parameters for an empty object', async () => {
    const server = await serve()
    const response = await fetch(toolUrl(server, 'increment'), { method: 'POST' })

    expect(await response.json()).toEqual({ type: 'json', value: 1 })
  })

  test('shares its store with the command line', async () => {
    const store = await makeStore()
    const server = await serve(['--store', store])
    await (await callTool(server, 'increment')).text()

    expect(
      await run(['run', desk, 'increment', '--store', store, '--workspace', 'acme']),
    ).toMatchObject({ stdout: '2\n' })
    expect(await (await callTool(server, 'increment')).json()).toEqual({ type: 'json', value: 3 })
  })

  test('says in its last line what failed after its first message', async () => {
    const server = await serve()
    const lines = await Array.fromAsync(linesOf(await callTool(server, 'fail')))

    expect(lines).toEqual([
      { type: 'text', text: 'so far so good' },
      {
        type: 'error',
        problem: expect.objectContaining({
          type: 'urn:holdfast:error:TOOL_FAILED',
          detail: expect.stringContaining('the milk is sour'),
          instance: expect.stringMatching(/^urn:uuid:/),
        }),
      },
    ])
    const { instance } = (lines[1] as { problem: { instance: string } }).problem
    server.child.kill('SIGTERM')
    const [logged = ''] = (await server.log).split('\n').filter((line) => line.includes(instance))
    expect(JSON.parse(logged)).toMatchObject({
      code: 'TOOL_FAILED',
      request: 'POST /v1/workspaces/acme/plugins/desk/tools/fail',
    })
  })

  test('is aborted when its caller goes away', async () => {
    const server = await serve()
    const caller = new AbortController()
    const response = await callTool(server, 'hang', {}, { signal: caller.signal })
    await linesOf(response).next()
    const aborted = fetch(`${server.url}/e/acme/desk/aborted`)
    caller.abort()

    expect(await (await aborted).text()).toBe('aborted')
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(await server.log).toBe('')
  })
})

describe('a caller that goes away while it sends its parameters', () => {
  test('is no fault that the log tells of', async () => {
    const server = await serve()
    const outgoing = request(toolUrl(server, 'remember'), { method: 'POST' })
    outgoing.on('error', () => undefined)
    const sent = once(outgoing, 'socket')
    outgoing.write('{')
    const [socket] = (await sent) as [Socket]
    await new Promise((resolve) => outgoing.write(' '.repeat(4_000_000), resolve))
    socket.destroy()
    await new Promise((resolve) => outgoing.on('close', resolve))
    // By the time that it answers this, it knows of the other.
    await fetch(`${server.url}/healthz`)
    server.child.kill('SIGTERM')

    expect(await server.ended).toBe(0)
    expect(await server.log).toBe('')
  })
})

describe('the server describes', () => {
  test('all plugins', async () => {
    const { url } = await serve()
    const { plugins } = (await (await fetch(`${url}/v1/plugins`)).json()) as { plugins: unknown[] }

    expect(plugins).toEqual([expect.objectContaining({ id: 'desk', version: '1.0.0' })])
  })

  test('one plugin', async () => {
    const { url } = await serve()
    const plugin = await (await fetch(`${url}/v1/plugins/desk`)).json()

    expect(plugin).toMatchObject({
      id: 'desk',
      tools: expect.arrayContaining([
        expect.objectContaining({
          name: 'remember',
          parameters: expect.objectContaining({ required: ['name', 'text'] }),
        }),
      ]),
      endpoints: expect.arrayContaining([{ path: '/public/echo', public: true }]),
    })
  })
})

describe('what is wrong is a problem with its code, and stores nothing:', () => {
  let store: string
  let server: Server
  setUpOnce(async (options) => {
    store = await makeStore(options)
    server = await serve(['--store', store], options)
  })

  test.each([
    ['an unknown plugin', { plugin: 'none' }, 404, 'PLUGIN_NOT_FOUND'],
    ['a plugin that cannot be', { plugin: 'A' }, 400, 'INVALID_PLUGIN_ID'],
    ['an unknown tool', { tool: 'nope' }, 404, 'TOOL_NOT_FOUND'],
    ['a workspace that cannot be', { workspace: 'a.b' }, 400, 'INVALID_WORKSPACE_ID'],
    ['malformed JSON', { body: '{ "name": ' }, 400, 'MALFORMED_JSON'],
    ['what is not UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'MALFORMED_JSON'],
    ['a parameter of a wrong type', { body: '{ "name": 7 }' }, 400, 'INVALID_PARAMETERS'],
    ['a body that is too large', { body: ' '.repeat(8_388_609) }, 413, 'REQUEST_TOO_LARGE'],
    ['an empty key', setBytes({ key: '' }), 400, 'INVALID_KEY'],
    ['a key of 513 bytes', setBytes({ key: longKey }), 400, 'INVALID_KEY'],
    ['a key with ":" in persistent_store', setJson({ key: 'a:b' }), 400, 'INVALID_KEY'],
    ['a key with "#" in persistent_store', setJson({ key: 'a#b' }), 400, 'INVALID_KEY'],
    ['undefined', setJson({ key: 'a', kind: 'undefined' }), 400, 'INVALID_JSON_VALUE'],
    ['NaN', setJson({ key: 'a', kind: 'NaN' }), 400, 'INVALID_JSON_VALUE'],
    ['a cycle', setJson({ key: 'a', kind: 'cycle' }), 400, 'INVALID_JSON_VALUE'],
    ['a Date', setJson({ key: 'a', kind: 'Date' }), 400, 'INVALID_JSON_VALUE'],
    ['a string as bytes', setBytes({ key: 'a', asString: true }), 400, 'WRONG_TYPE'],
    ['a value over quota', setBytes({ key: 'a', size: 4096 }), 413, 'QUOTA_EXCEEDED'],
  ])('%s', async (_what, call: Call, status, code) => {
    const { workspace = 'acme', plugin = 'desk', tool = 'remember', body = '{}' } = call
    const url = `${server.url}/v1/workspaces/${workspace}/plugins/${plugin}/tools/${tool}`
    const response = await fetch(url, { method: 'POST', body })

    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: `urn:holdfast:error:${code}`,
      title: expect.stringMatching(/^[A-Z][a-z ]+[a-z]$/i),
      status,
      detail: expect.stringMatching(/\.$/),
      instance: expect.stringMatching(/^urn:uuid:/),
      code,
      retryable: false,
      context: expect.any(Object),
    })
    expect(await usageOf(store)).toEqual({})
  })

  test.each([
    ['a route that is not there', 'GET', '/v2/plugins'],
    ['a method that a route has not', 'GET', '/v1/workspaces/a/plugins/desk/tools/say'],
  ])('%s', async (_what, method, path) => {
    const response = await fetch(server.url + path, { method })

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' })
  })

  test('a body that is too large and does not say so beforehand', async () => {
    const chunk = new Uint8Array(1_048_576).fill(0x20)
    const body = ReadableStream.from(Array.from({ length: 9 }, () => chunk))
    const init: RequestInit = { method: 'POST', body, duplex: 'half' }
    const response = await fetch(toolUrl(server, 'remember'), init)

    expect(await response.json()).toMatchObject({ code: 'REQUEST_TOO_LARGE' })
  })
})

interface Call {
  readonly workspace?: string
  readonly plugin?: string
  readonly tool?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
}

function setBytes(parameters: object): Call {
  return { tool: 'set-bytes', body: JSON.stringify(parameters) }
}

function setJson(parameters: object): Call {
  return { tool: 'set-json', body: JSON.stringify(parameters) }
}
