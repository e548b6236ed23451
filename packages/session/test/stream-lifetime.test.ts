import { definePlugin, type StorageStream } from '@holdfast/session'
import { runEndpoint } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { makeContext, openDriver } from './make-context.ts'
import { openStream, pieceBytes, streaming } from './streaming-driver.ts'
import { decode, encode } from './text.ts'
import { withEndpoints } from './with-endpoints.ts'

describe('a stream that is left behind', () => {
  test('ends with its invocation, read or not, and gives the store back', async () => {
    const { driver, events } = await streaming(3)
    const opened: StorageStream[] = []
    await invoke(
      async ({ storage }) => {
        const stream = await openStream(storage, 'k')
        const reader = stream.body.getReader()
        await reader.read()
        reader.releaseLock()
        opened.push(stream)
      },
      { driver },
    )
    const [stream] = opened
    if (stream === undefined) throw new Error('Nothing was opened.')
    const error = await caught(stream.body.getReader().read())
    expect(error).toMatchObject({ code: 'INVOCATION_CLOSED' })
    expect(error.message).toContain('session.storage')
    expect(events).toEqual(['gives 1', 'ends'])
  })

  test('tells the store by the signal of its call, and not before the end', async () => {
    const { driver } = await streaming(1)
    const readStream = driver.readStream.bind(driver)
    const signals: (AbortSignal | undefined)[] = []
    driver.readStream = (scope, key, range, options) => {
      signals.push(options?.signal)
      return readStream(scope, key, range, options)
    }
    await invoke(
      async ({ storage }) => {
        await openStream(storage, 'k')
        expect(signals).toMatchObject([{ aborted: false }])
      },
      { driver },
    )
    expect(signals).toMatchObject([{ aborted: true, reason: { code: 'INVOCATION_CLOSED' } }])
  })

  test('fails a read that waits with INVOCATION_CLOSED', async () => {
    const driver = await openDriver()
    const reads: Promise<unknown>[] = []
    const readStream = driver.readStream.bind(driver)
    driver.readStream = async (...call) => {
      const stream = await readStream(...call)
      return stream && { ...stream, body: waiting(call[3]?.signal) }
    }
    await invoke(
      async ({ storage }) => {
        await storage.set('k', encode('v'))
        const { body } = await openStream(storage, 'k')
        reads.push(caught(body.getReader().read()))
      },
      { driver },
    )
    expect(await reads[0]).toMatchObject({ code: 'INVOCATION_CLOSED' })
  })

  test('fails with ABORTED when the invocation is aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('Nobody waits.')
    await invoke(
      async ({ storage }) => {
        await storage.set('k', encode('v'))
        const { body } = await openStream(storage, 'k')
        controller.abort(reason)
        expect(await caught(new Response(body).bytes())).toMatchObject({
          code: 'ABORTED',
          cause: reason,
        })
      },
      { signal: controller.signal },
    )
  })
})

describe('a response whose body is a stream of the store', () => {
  const endpoints = withEndpoints({
    '/': async (_request, _settings, { storage }) =>
      new Response((await openStream(storage, 'k')).body),
  })

  test('keeps its invocation open until it has been read', async () => {
    const plugin = testPlugin(endpoints)
    const value = new Uint8Array(5 * pieceBytes).map((_, index) => index % 251)
    await plugin.storage.set('k', value)
    const response = await plugin.request('/')
    const body: ReadableStream<Uint8Array> | null = response.body
    const reader = body?.getReader()
    const first = await reader?.read()
    await plugin.storage.set('k', encode('new'))
    const pieces: Uint8Array[] = [first?.value ?? new Uint8Array()]
    for (;;) {
      const step = await reader?.read()
      if (step?.value === undefined) break
      pieces.push(step.value)
    }
    expect(Buffer.concat(pieces).equals(value)).toBe(true)
  })

  test('gives the store back when it is cancelled', async () => {
    const { driver, events } = await streaming(100)
    const request = new Request('http://host/')
    const response = await runEndpoint(endpoints, '/', request, {}, await makeContext({ driver }))
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(events).toEqual(['gives 1', 'ends'])
  })
})

describe('small calls', () => {
  test('are not held up behind an upload and a download of the same key', async () => {
    const { storage, persistent_store } = testPlugin(definePlugin({}))
    await storage.set('large', new Uint8Array(10 * pieceBytes).fill(1))
    const gate = Promise.withResolvers<void>()
    const events: string[] = []
    const uploading = storage.set('large', gated(gate.promise, events)).then(() => {
      events.push('uploaded')
    })
    const { body } = await openStream(storage, 'large')
    const reader = body.getReader()
    await reader.read()
    events.push('reading')

    await storage.set('small', encode('v'))
    expect(decode(await storage.get('small'))).toBe('v')
    await storage.update('small', () => encode('w'))
    await persistent_store.increment('n')
    expect(await storage.stat('large')).toMatchObject({ size: 10 * pieceBytes })
    events.push('small calls done')

    gate.resolve()
    await uploading
    let left = 0
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      left += step.value.length
    }
    events.push('read')
    expect(left).toBe(9 * pieceBytes)
    expect(events).toEqual(['uploading', 'reading', 'small calls done', 'uploaded', 'read'])
    expect(decode(await storage.get('large'))).toBe('ab')
  })
})

async function* gated(gate: Promise<void>, events: string[]): AsyncGenerator<Uint8Array> {
  yield encode('a')
  events.push('uploading')
  await gate
  yield encode('b')
}

async function* waiting(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('The store heard it.')))
  })
  yield encode('never')
}
