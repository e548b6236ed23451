import { persistent_store } from '@holdfast/session'
import { runEndpoint } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { makeContext } from './make-context.ts'
import { encode } from './text.ts'
import { type InvokeEndpoint, withEndpoints } from './with-endpoints.ts'

/** An endpoint whose body is what a generator yields. */
function streaming(chunks: () => AsyncGenerator<Uint8Array>): InvokeEndpoint {
  return () => new Response(ReadableStream.from(chunks()))
}

/** Streams the numbers that it counts up in the store, and tells there how it ended. */
async function* countThree(): AsyncGenerator<Uint8Array> {
  try {
    for (let count = 0; count < 3; count++) {
      yield encode(`${await persistent_store.increment('n')};`)
    }
  } finally {
    await persistent_store.set('cleaned', true)
  }
}

async function pullThree(
  controller: ReadableByteStreamController | ReadableStreamDefaultController,
): Promise<void> {
  const count = await persistent_store.increment('n')
  if (count > 3) controller.close()
  else controller.enqueue(encode(String(count)))
}

const never: InvokeEndpoint = () =>
  new Response(new ReadableStream({ pull: () => new Promise<never>(() => undefined) }))

describe('the body of a response', () => {
  test('is produced as it is read, inside the invocation', async () => {
    const plugin = testPlugin(withEndpoints({ '/': streaming(countThree) }))
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
    for (const open of [
      () => new ReadableStream({ pull: pullThree }),
      () => new ReadableStream({ pull: pullThree, type: 'bytes' }),
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
    const plugin = testPlugin(withEndpoints({ '/': streaming(countThree) }))
    const response = await plugin.request('/')
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(await plugin.persistent_store.get('cleaned')).toBe(true)
    expect(await plugin.persistent_store.get('n')).toBe(1)
  })

  test('fails with ENDPOINT_FAILED when its source does, and the invocation ends', async () => {
    const failure = new Error('The line is dead.')
    const outcome = Promise.withResolvers<unknown>()
    const plugin = testPlugin(
      withEndpoints({
        '/a': streaming(async function* () {
          yield encode('a')
          setTimeout(() => outcome.resolve(caught(persistent_store.get('k'))), 0)
          throw failure
        }),
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
        '/': streaming(async function* () {
          yield encode('a')
          await persistent_store.get('not:a key')
        }),
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
