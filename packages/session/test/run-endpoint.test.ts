import { HoldfastError } from '@holdfast/core'
import { definePlugin, Endpoint, persistent_store } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { encode } from './text.ts'
import { withEndpoints } from './with-endpoints.ts'

describe('an endpoint', () => {
  test('receives the request and the settings, and its response reaches the caller', async () => {
    const plugin = testPlugin(
      withEndpoints({
        '/hook': async (request, settings) =>
          Response.json(
            { method: request.method, url: request.url, body: await request.text(), settings },
            {
              status: 201,
              statusText: 'Made',
              headers: [
                ['set-cookie', 'a=1'],
                ['set-cookie', 'b=2'],
              ],
            },
          ),
      }),
    )
    const response = await plugin.request(
      '/hook?a=1',
      { method: 'POST', body: 'text' },
      { limit: 5 },
    )
    expect(response.status).toBe(201)
    expect(response.statusText).toBe('Made')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({
      method: 'POST',
      url: 'http://plugin.test/hook?a=1',
      body: 'text',
      settings: { limit: 5 },
    })
  })

  test('is found by its path, whose parts it receives decoded', async () => {
    class Show extends Endpoint {
      invoke() {
        return Response.json(this.params)
      }
    }
    const plugin = testPlugin(
      definePlugin({ endpoints: { '/files/:name': Show, '/pages/*': Show, '/opt/:a?': Show } }),
    )
    const params = async (path: string): Promise<unknown> =>
      await (await plugin.request(path)).json()
    expect(await params('/files/a.txt')).toEqual({ name: 'a.txt' })
    expect(await params('/files/a%2Fb%20%C3%A4')).toEqual({ name: 'a/b ä' })
    expect(await params('/pages/a/b')).toEqual({ 0: 'a/b' })
    expect(await params('/opt')).toEqual({})
    expect(await caught(plugin.request('/files/%E0%A4%A'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  test('is the first of those that match, in the order written', async () => {
    const plugin = testPlugin(
      withEndpoints({
        '/files/list': () => new Response('list'),
        '/files/:name': () => new Response('file'),
        '/files/:other': () => new Response('never'),
      }),
    )
    expect(await (await plugin.request('/files/list')).text()).toBe('list')
    expect(await (await plugin.request('/files/x')).text()).toBe('file')
  })

  test('that does not exist is ENDPOINT_NOT_FOUND, naming those that do', async () => {
    const plugin = testPlugin(
      withEndpoints({ '/a': () => new Response(), '/b/:c': () => new Response() }),
    )
    for (const path of ['/', '/A', '/a/', '/b', '/b/c/d', '/a/../x']) {
      const error = await caught(plugin.request(path))
      expect(error.code).toBe('ENDPOINT_NOT_FOUND')
      expect(error.message).toContain('/a, /b/:c')
    }
    expect((await caught(testPlugin(definePlugin({})).request('/'))).message).toContain(
      'it has none',
    )
  })

  test('cannot change the settings of others', async () => {
    const settings = { list: ['a'] }
    const plugin = testPlugin(
      withEndpoints({
        '/': (_request, given) => {
          ;(given['list'] as string[]).push('b')
          return new Response()
        },
      }),
    )
    await plugin.request('/', {}, settings)
    expect(settings).toEqual({ list: ['a'] })
  })

  test('has a session and an instance of its own for each request', async () => {
    class Count extends Endpoint {
      count = 0
      async invoke() {
        const total = await persistent_store.increment('n')
        await this.session.storage.set('last', encode(String(total)))
        return Response.json([++this.count, total])
      }
    }
    const plugin = testPlugin(definePlugin({ endpoints: { '/': Count } }))
    await plugin.request('/')
    expect(await (await plugin.request('/')).json()).toEqual([1, 2])
    expect(await plugin.storage.get('last')).toEqual(encode('2'))
  })
})

describe('what an endpoint throws', () => {
  test('is ENDPOINT_FAILED with its message and itself as the cause', async () => {
    const failure = new Error('No.')
    for (const invoke of [
      async () => {
        throw failure
      },
      () => {
        throw failure
      },
    ]) {
      const error = await caught(testPlugin(withEndpoints({ '/a': invoke })).request('/a'))
      expect(error).toMatchObject({ code: 'ENDPOINT_FAILED' })
      expect(error.message).toBe('The endpoint "/a" failed: No.')
      expect(error.cause).toBe(failure)
    }
  })

  test('is itself if it is an error of Holdfast', async () => {
    const failure = new HoldfastError('QUOTA_EXCEEDED', 'Full.')
    const plugin = testPlugin(withEndpoints({ '/': () => Promise.reject(failure) }))
    await expect(plugin.request('/')).rejects.toBe(failure)
  })

  test.each([undefined, null, 'text', { status: 200 }, new Request('http://a')])(
    'is ENDPOINT_FAILED if it returns %o instead of a response',
    async (thing) => {
      const error = await caught(testPlugin(withEndpoints({ '/': () => thing })).request('/'))
      expect(error).toMatchObject({ code: 'ENDPOINT_FAILED' })
      expect(error.message).toContain('returns a Response')
    },
  )

  test('is ENDPOINT_FAILED if the body of its response was read already', async () => {
    const plugin = testPlugin(
      withEndpoints({
        '/': async () => {
          const response = new Response('text')
          await response.text()
          return response
        },
      }),
    )
    expect(await caught(plugin.request('/'))).toMatchObject({ code: 'ENDPOINT_FAILED' })
  })
})
