import { HoldfastError } from '@holdfast/core'
import { definePlugin, Endpoint, type JsonObject, persistent_store } from '@holdfast/session'
import { runEndpoint } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { makeContext } from './make-context.ts'
import { encode } from './text.ts'

type Invoke = (this: Open, request: Request, settings: JsonObject) => unknown

/** Opens what an endpoint sees alone. */
abstract class Open extends Endpoint {
  override get session() {
    return super.session
  }
}

/** A plugin with endpoints that are written as a test needs them. */
function withEndpoints(endpoints: Readonly<Record<string, Invoke>>) {
  const classes = Object.entries(endpoints).map(([path, invoke]) => {
    class Work extends Open {
      override invoke = invoke as never
    }
    return [path, Work] as const
  })
  return definePlugin({ endpoints: Object.fromEntries(classes) })
}

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

describe('the body of a response', () => {
  /** Streams the numbers that it counts up in the store, and tells how it ended. */
  function counting(most: number, events: string[]): Invoke {
    return () => {
      async function* chunks() {
        try {
          for (let count = 0; count < most; count++) {
            yield encode(`${await persistent_store.increment('n')};`)
          }
        } finally {
          events.push('cleaned')
          await persistent_store.set('cleaned', true)
        }
      }
      return new Response(ReadableStream.from(chunks()))
    }
  }

  test('is produced as it is read, inside the invocation', async () => {
    const plugin = testPlugin(withEndpoints({ '/': counting(3, []) }))
    const response = await plugin.request('/')
    expect(await plugin.persistent_store.get('n')).toBeUndefined()
    const reader = response.body?.getReader()
    expect(await reader?.read()).toEqual({ done: false, value: encode('1;') })
    await plugin.persistent_store.set('n', 10)
    expect(await reader?.read()).toEqual({ done: false, value: encode('11;') })
    expect(await reader?.read()).toEqual({ done: false, value: encode('12;') })
    expect(await reader?.read()).toMatchObject({ done: true })
    expect(await plugin.persistent_store.get('cleaned')).toBe(true)
  })

  test('may come from a source that is pulled, for bytes or for anything', async () => {
    const pull = async (
      controller: ReadableByteStreamController | ReadableStreamDefaultController,
    ): Promise<void> => {
      const count = await persistent_store.increment('n')
      if (count > 3) controller.close()
      else controller.enqueue(encode(String(count)))
    }
    for (const open of [
      () => new ReadableStream({ pull }),
      () => new ReadableStream({ pull, type: 'bytes' }),
    ]) {
      const plugin = testPlugin(withEndpoints({ '/': () => new Response(open()) }))
      expect(await (await plugin.request('/')).text()).toBe('123')
    }
  })

  test('keeps the invocation open to its end, and no longer', async () => {
    const outcomes: Promise<unknown>[] = []
    const gate = Promise.withResolvers<void>()
    const plugin = testPlugin(
      withEndpoints({
        '/stream': () => {
          outcomes.push(caught(gate.promise.then(() => persistent_store.get('k'))))
          return new Response('text')
        },
        '/none': () => {
          outcomes.push(caught(gate.promise.then(() => persistent_store.get('k'))))
          return new Response(null, { status: 204 })
        },
        '/fails': () => {
          outcomes.push(caught(gate.promise.then(() => persistent_store.get('k'))))
          throw new Error('No.')
        },
      }),
    )
    expect(await (await plugin.request('/stream')).text()).toBe('text')
    expect((await plugin.request('/none')).status).toBe(204)
    await caught(plugin.request('/fails'))
    gate.resolve()
    for (const outcome of outcomes) {
      expect(await outcome).toMatchObject({ code: 'INVOCATION_CLOSED' })
    }
    expect(outcomes).toHaveLength(3)
  })

  test('that is cancelled cancels its source inside the invocation, which ends then', async () => {
    const events: string[] = []
    const plugin = testPlugin(withEndpoints({ '/': counting(9, events) }))
    const response = await plugin.request('/')
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(events).toEqual(['cleaned'])
    expect(await plugin.persistent_store.get('cleaned')).toBe(true)
    expect(await plugin.persistent_store.get('n')).toBe(1)
  })

  test('fails with ENDPOINT_FAILED when its source does, and the invocation ends', async () => {
    const failure = new Error('The line is dead.')
    const outcome = Promise.withResolvers<unknown>()
    const plugin = testPlugin(
      withEndpoints({
        '/a': () => {
          async function* chunks() {
            yield encode('a')
            setTimeout(() => outcome.resolve(caught(persistent_store.get('k'))), 0)
            throw failure
          }
          return new Response(ReadableStream.from(chunks()))
        },
      }),
    )
    const error = await caught((await plugin.request('/a')).text())
    expect(error).toMatchObject({ code: 'ENDPOINT_FAILED', cause: failure })
    expect(error.message).toContain('The line is dead.')
    expect(await outcome.promise).toMatchObject({ code: 'INVOCATION_CLOSED' })
  })

  test('fails with the error of Holdfast that its source failed with', async () => {
    const plugin = testPlugin(
      withEndpoints({
        '/': () => {
          async function* chunks() {
            yield encode('a')
            await persistent_store.get('not:a key')
          }
          return new Response(ReadableStream.from(chunks()))
        },
      }),
    )
    expect(await caught((await plugin.request('/')).text())).toMatchObject({ code: 'INVALID_KEY' })
  })

  test('that is not made of bytes fails, and its source is cancelled', async () => {
    const cancelled = Promise.withResolvers<unknown>()
    const plugin = testPlugin(
      withEndpoints({
        '/': () =>
          new Response(
            new ReadableStream({
              pull: (controller) => controller.enqueue('text' as never),
              cancel: (reason) => cancelled.resolve(reason),
            }),
          ),
      }),
    )
    const error = await caught((await plugin.request('/')).text())
    expect(error).toMatchObject({ code: 'ENDPOINT_FAILED' })
    expect(error.message).toContain('a string of 4 characters')
    expect(await cancelled.promise).toBeInstanceOf(TypeError)
  })
})

describe('when the signal aborts', () => {
  const never: Invoke = () =>
    new Response(new ReadableStream({ pull: () => new Promise<never>(() => undefined) }))

  test('before the start, nothing of the endpoint runs', async () => {
    let runs = 0
    const plugin = withEndpoints({ '/': () => void runs++ })
    const context = await makeContext({ signal: AbortSignal.abort() })
    const request = new Request('http://host/')
    expect(await caught(runEndpoint(plugin, '/', request, {}, context))).toMatchObject({
      code: 'ABORTED',
    })
    expect(runs).toBe(0)
  })

  test('while the body is read, the reader gets ABORTED and the source is cancelled', async () => {
    const controller = new AbortController()
    const cancelled = Promise.withResolvers<unknown>()
    const closed = Promise.withResolvers<unknown>()
    const plugin = withEndpoints({
      '/': () =>
        new Response(
          new ReadableStream({
            pull: () => new Promise<never>(() => undefined),
            cancel(reason) {
              cancelled.resolve(reason)
              setTimeout(() => closed.resolve(caught(persistent_store.get('k'))), 0)
            },
          }),
        ),
    })
    const context = await makeContext({ signal: controller.signal })
    const response = await runEndpoint(plugin, '/', new Request('http://host/'), {}, context)
    const reading = caught(response.text())
    const reason = new Error('Gone.')
    controller.abort(reason)
    expect(await reading).toMatchObject({ code: 'ABORTED', cause: reason })
    expect(await cancelled.promise).toBe(reason)
    expect(await closed.promise).toMatchObject({ code: 'INVOCATION_CLOSED' })
  })

  test('before the body is read, or between two reads, the reader gets ABORTED', async () => {
    const controller = new AbortController()
    const plugin = withEndpoints({ '/never': never, '/text': () => new Response('text') })
    const context = await makeContext({ signal: controller.signal })
    const ask = (path: string) =>
      runEndpoint(plugin, path, new Request(`http://host${path}`), {}, context)
    const responses = [await ask('/never'), await ask('/text')]
    controller.abort()
    for (const response of responses) {
      expect(await caught(response.text())).toMatchObject({ code: 'ABORTED' })
    }
  })

  test('while invoke runs, the body of its response fails', async () => {
    const controller = new AbortController()
    const plugin = withEndpoints({
      '/': () => {
        controller.abort()
        return new Response('text')
      },
    })
    const context = await makeContext({ signal: controller.signal })
    const response = await runEndpoint(plugin, '/', new Request('http://host/'), {}, context)
    expect(await caught(response.text())).toMatchObject({ code: 'ABORTED' })
  })

  test('after the body has ended, nothing happens', async () => {
    const controller = new AbortController()
    const context = await makeContext({ signal: controller.signal })
    const plugin = withEndpoints({ '/': () => new Response('text') })
    const response = await runEndpoint(plugin, '/', new Request('http://host/'), {}, context)
    expect(await response.text()).toBe('text')
    controller.abort()
    expect(response.bodyUsed).toBe(true)
  })
})
