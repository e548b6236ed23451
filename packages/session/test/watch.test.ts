import type { ListedEntry } from '@holdfast/core'
import { definePlugin, persistent_store } from '@holdfast/session'
import { runEndpoint } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { makeContext, openDriver } from './make-context.ts'
import { decode, encode } from './text.ts'
import { withEndpoints } from './with-endpoints.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('a watch', () => {
  test('gives the entries as they are, in the order asked, and again when one is another', async () => {
    const { storage, clock } = setUp()
    await storage.set('b', encode('1'), { contentType: 'text/plain' })
    const states = storage.watch(['a', 'b'])
    const first = await states.next()
    expect(first.value).toEqual([null, await storage.getEntry('b')])
    const second = states.next()
    clock.advance(5)
    await storage.set('a', encode('2'))
    expect((await second).value).toEqual([await storage.getEntry('a'), await storage.getEntry('b')])
    const third = states.next()
    await storage.delete('b')
    expect((await third).value).toMatchObject([{ key: 'a' }, null])
    await states.return()
  })

  test('gives JSON as get does, and undefined where there is none', async () => {
    const { persistent_store: json } = setUp()
    await json.set('null', null)
    const states = json.watch(['null', 'missing', 'null'])
    const { value } = await states.next()
    expect(value).toMatchObject([{ key: 'null', value: null }, undefined, { key: 'null' }])
    const next = states.next()
    await json.set('missing', { a: [1] })
    expect((await next).value?.[1]?.value).toEqual({ a: [1] })
    await states.return()
  })

  test('gives the last state, however many there were since it was last asked', async () => {
    const { persistent_store: json } = setUp()
    const states = json.watch(['n'])
    await states.next()
    for (let count = 0; count < 100; count++) await json.increment('n')
    expect((await states.next()).value).toMatchObject([{ value: 100 }])
    await states.return()
  })

  test('sees an entry expire', async () => {
    const { storage, clock } = setUp()
    await storage.set('k', encode('v'), { expiresInMs: 50 })
    const states = storage.watch(['k'])
    await states.next()
    const next = states.next()
    clock.advance(50)
    expect((await next).value).toEqual([null])
    await states.return()
  })

  test('gives copies, to do with as one likes', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('v'))
    for await (const [entry] of storage.watch(['k'])) {
      entry?.value?.fill(0)
      break
    }
    expect(decode(await storage.get('k'))).toBe('v')
  })

  test('is of one store, and of one plugin in one workspace', async () => {
    const driver = await openDriver()
    const write = async (options: object): Promise<void> =>
      invoke(
        async ({ storage }) => {
          await storage.set('k', encode('foreign'))
        },
        { driver, ...options },
      )
    await invoke(
      async () => {
        const states = persistent_store.watch(['k'])
        expect((await states.next()).value).toEqual([undefined])
        const next = states.next()
        await write({})
        await write({ plugin: 'other' })
        await write({ workspace: 'other' })
        await persistent_store.set('k', 'own')
        expect((await next).value).toMatchObject([{ value: 'own' }])
      },
      { driver },
    )
  })

  test('has null for the value of an entry that is too large to be given whole', async () => {
    const { driver, change } = await watchedBy([{ size: 2 ** 30, value: null }])
    await invoke(
      async ({ storage }) => {
        const { value } = await storage.watch(['k']).next()
        expect(value).toMatchObject([{ size: 2 ** 30, value: null }])
        // JSON is never so large, unless somebody wrote it past persistent_store.
        const failing = persistent_store.watch(['k']).next()
        expect(await caught(failing)).toMatchObject({ code: 'VALUE_TOO_LARGE' })
      },
      { driver },
    )
    change.resolve()
  })

  test('fails where get would', async () => {
    const { driver, change } = await watchedBy([{ size: 1, value: encode('{') }])
    await invoke(
      async () => {
        const states = persistent_store.watch(['k'])
        expect(await caught(states.next())).toMatchObject({ code: 'STORED_VALUE_NOT_JSON' })
        expect(await states.next()).toMatchObject({ done: true })
      },
      { driver },
    )
    change.resolve()
  })

  test.each([
    [['a:b'], {}, 'INVALID_KEY'],
    ['key', {}, 'WRONG_TYPE'],
    [[1], {}, 'WRONG_TYPE'],
    [Array.from({ length: 17 }, (_, index) => `k${index}`), {}, 'INVALID_ARGUMENT'],
    [['k'], { singal: null }, 'INVALID_ARGUMENT'],
    [['k'], { signal: 5 }, 'WRONG_TYPE'],
    [['k'], null, 'WRONG_TYPE'],
  ])('of %j with the options %j is refused', async (keys, options, code) => {
    const { persistent_store: json } = setUp()
    const states = json.watch(keys as never, options as never)
    expect(await caught(states.next())).toMatchObject({ code })
  })

  test('may be of 16 keys', async () => {
    const { persistent_store: json } = setUp()
    const keys = Array.from({ length: 16 }, (_, index) => `k${index}`)
    const states = json.watch(keys)
    expect((await states.next()).value).toHaveLength(16)
    await states.return()
  })
})

describe('a watch ends', () => {
  test('by its signal, without an error, between two states and while it waits', async () => {
    const { storage } = setUp()
    for (const isWaiting of [true, false]) {
      const controller = new AbortController()
      const states = storage.watch(['k'], { signal: controller.signal })
      await states.next()
      const waiting = isWaiting ? states.next() : undefined
      controller.abort()
      expect(await (waiting ?? states.next())).toEqual({ done: true, value: undefined })
    }
    const aborted = storage.watch(['k'], { signal: AbortSignal.abort() })
    expect(await Array.fromAsync(aborted)).toEqual([])
  })

  test('when it is left, and tells the store so', async () => {
    const { driver, isWatched } = await watchedBy([])
    await invoke(
      async ({ storage }) => {
        for await (const _ of storage.watch(['k'])) {
          expect(isWatched()).toBe(true)
          break
        }
        expect(isWatched()).toBe(false)
      },
      { driver },
    )
  })

  test('at once by return, also while a state is waited for', async () => {
    const { driver, isWatched } = await watchedBy([])
    await invoke(
      async ({ storage }) => {
        const states = storage.watch(['k'])
        await states.next()
        const waiting = states.next()
        await states.return()
        expect(await waiting).toEqual({ done: true, value: undefined })
        expect(isWatched()).toBe(false)
        const disposed = storage.watch(['k'])
        {
          await using held = disposed
          await held.next()
        }
        expect(await disposed.next()).toEqual({ done: true, value: undefined })
      },
      { driver },
    )
  })

  test('with its invocation, however that ends, without an error', async () => {
    const { driver, isWatched } = await watchedBy([])
    const ends: Promise<unknown>[] = []
    await invoke(
      async ({ storage }) => {
        const states = storage.watch(['k'])
        await states.next()
        ends.push(states.next())
      },
      { driver },
    )
    expect(await ends[0]).toEqual({ done: true, value: undefined })
    expect(isWatched()).toBe(false)

    const controller = new AbortController()
    await invoke(
      async ({ storage }) => {
        for await (const _ of storage.watch(['k'])) controller.abort()
        expect(await caught(storage.get('k'))).toMatchObject({ code: 'ABORTED' })
      },
      { driver, signal: controller.signal },
    )
    expect(isWatched()).toBe(false)
  })

  test('when the response that it feeds is cancelled, though nothing changes any more', async () => {
    const { driver, isWatched, waits } = await watchedBy([])
    const outcomes: unknown[] = []
    async function* events(): AsyncGenerator<Uint8Array> {
      try {
        for await (const [entry] of persistent_store.watch(['k'])) {
          yield encode(`${entry?.version ?? 'none'};`)
        }
      } finally {
        outcomes.push(await persistent_store.get('other'))
        for await (const state of persistent_store.watch(['k'])) {
          outcomes.push(state)
          break
        }
      }
    }
    const plugin = withEndpoints({ '/': () => new Response(ReadableStream.from(events())) })
    const request = new Request('http://host/')
    const response = await runEndpoint(plugin, '/', request, {}, await makeContext({ driver }))
    const body: ReadableStream<Uint8Array> | null = response.body
    const reader = body?.getReader()
    expect(decode((await reader?.read())?.value ?? null)).toBe('none;')
    const waiting = reader?.read()
    await waits.promise
    await reader?.cancel()
    await waiting
    // What the endpoint does at its end, it does in its invocation.
    expect(outcomes).toEqual([undefined, [undefined]])
    expect(isWatched()).toBe(false)
  })
})

/** A driver whose watches give one state and then wait, until they are ended or `change` resolves. */
async function watchedBy(state: readonly Partial<ListedEntry>[]) {
  const driver = await openDriver()
  const change = Promise.withResolvers<void>()
  const waits = Promise.withResolvers<void>()
  let watches = 0
  driver.watch = async function* (_scope, keys, options) {
    if (options?.signal?.aborted === true) return
    const aborted = new Promise((resolve) => options?.signal?.addEventListener('abort', resolve))
    watches++
    try {
      yield keys.map((_key, index) => (state[index] ?? null) as ListedEntry | null)
      waits.resolve()
      await Promise.race([change.promise, aborted])
    } finally {
      watches--
    }
  }
  return { driver, change, waits, isWatched: () => watches > 0 }
}
