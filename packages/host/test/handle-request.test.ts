import { describe, expect, test } from 'vitest'
import { collect, openNotesHost, plugin, workspace } from './notes-host.ts'

const request = new Request('http://localhost/')

describe('an endpoint', () => {
  test('answers with the parts of its path, its body and its settings', async () => {
    const { host } = await openNotesHost()
    const response = await host.handleRequest({
      workspace,
      plugin,
      path: '/open/a%20b',
      request: new Request('http://localhost/', { method: 'POST', body: 'the body' }),
      settings: { theme: 'dark' },
    })

    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({
      params: { name: 'a b' },
      settings: { greeting: 'hello', theme: 'dark' },
      body: 'the body',
    })
  })

  test('produces its body as it is read, and uses its stores until then', async () => {
    const { host } = await openNotesHost()
    const response = await host.handleRequest({ workspace, plugin, path: '/stream', request })

    expect(await collect(host, 'recall', { name: 'pulled' })).toMatchObject([{ value: null }])
    expect(await response.text()).toBe('123')
  })

  test('is found beforehand, with who may call it', async () => {
    const { host } = await openNotesHost()

    expect(await host.findEndpoint(plugin, '/open/a')).toEqual({
      path: '/open/:name',
      public: true,
    })
    expect(await host.findEndpoint(plugin, '/stream')).toEqual({ path: '/stream', public: false })
    expect(await host.findEndpoint(plugin, '/open/a/b')).toEqual({ path: '/*', public: false })
    expect(await host.findEndpoint(plugin, '')).toBeNull()
  })

  test('is not found at a path that matches none', async () => {
    const { host } = await openNotesHost()

    await expect(
      host.handleRequest({ workspace, plugin, path: '', request }),
    ).rejects.toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
  })
})

describe('an endpoint is in flight', () => {
  test.each([
    ['until its body has been read', (response: Response) => response.text()],
    ['until its body is cancelled', (response: Response) => response.body?.cancel()],
  ])('%s', async (_when, end) => {
    const { host } = await openNotesHost()
    const response = await host.handleRequest({ workspace, plugin, path: '/stream', request })
    let isClosed = false
    const closed = host.close().then(() => (isClosed = true))
    await new Promise(setImmediate)
    expect(isClosed).toBe(false)

    await end(response)
    await closed
  })

  test('until its body fails', async () => {
    const { host } = await openNotesHost()
    const response = await host.handleRequest({ workspace, plugin, path: '/broken', request })

    await expect(response.text()).rejects.toMatchObject({ code: 'ENDPOINT_FAILED' })
    await host.close()
  })

  test('no longer than its answer if that has no body', async () => {
    const { host } = await openNotesHost()
    await host.handleRequest({ workspace, plugin, path: '/other', request })

    await expect(host.close()).resolves.toBeUndefined()
  })

  test('no longer than its signal lets it', async () => {
    const { host } = await openNotesHost()
    const controller = new AbortController()
    const { signal } = controller
    const call = { workspace, plugin, path: '/stream', request, signal }
    const response = await host.handleRequest(call)
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
    await reader.read()
    controller.abort()

    await host.close()
    await expect(reader.read()).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
