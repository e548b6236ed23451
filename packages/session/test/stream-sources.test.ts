import { AsyncLocalStorage } from 'node:async_hooks'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { HoldfastError } from '@holdfast/core'
import { definePlugin, persistent_store } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'
import { hanging, watched } from './sources.ts'
import { decode, encode } from './text.ts'

/** Calls a function outside of any invocation. */
const outside = AsyncLocalStorage.snapshot()

const setUp = () => testPlugin(definePlugin({}))

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text)
}

describe('a source that fails', () => {
  test('is BODY_FAILED with its error as the cause, and the old value stays', async () => {
    const { storage } = setUp()
    const version = await storage.set('k', encode('old'))
    const own = new Error('The line is dead.')
    const foreign = await caught(storage.get(''))
    for (const cause of [own, foreign, 'text']) {
      const error = await caught(storage.set('k', failing(cause)))
      expect(error).toMatchObject({ code: 'BODY_FAILED', context: { key: 'k' }, cause })
    }
    const erroring = new ReadableStream({ pull: () => Promise.reject(own) })
    expect(await caught(storage.set('k', erroring))).toMatchObject({
      code: 'BODY_FAILED',
      cause: own,
    })
    expect(await storage.stat('k')).toMatchObject({ version })
  })

  test('to open says which file, and for which key', async () => {
    const { storage } = setUp()
    const path = join(import.meta.dirname, 'nonexistent')
    const error = await caught(storage.set('a/b', createReadStream(path)))
    expect(error).toMatchObject({ code: 'BODY_FAILED', context: { key: 'a/b' } })
    expect(error.message).toMatch(/"a\/b" .*: ENOENT: .*nonexistent/)
  })

  test.each([
    ['text', 'a string of 4 characters'],
    [new ArrayBuffer(4), 'ArrayBuffer'],
    [undefined, 'undefined'],
  ])('to be bytes, as with %j, is WRONG_TYPE, and is ended', async (piece, shape) => {
    const { storage } = setUp()
    await storage.set('k', encode('old'))
    const source = watched(oddly(piece))
    const error = await caught(storage.set('k', source))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'WRONG_TYPE' })
    expect(error.message).toContain(shape)
    expect(source.hasReturned).toBe(true)
    expect(decode(await storage.get('k'))).toBe('old')
  })

  test.each([
    ['a response', () => new Response('text'), '.body'],
    ['a blob', () => new Blob(['text']), 'blob.stream()'],
    ['an array', () => [encode('text')], 'Uint8Array'],
  ])('to be a stream, as %s does, is WRONG_TYPE', async (_kind, make, hint) => {
    const { storage } = setUp()
    const error = await caught(storage.set('k', make() as never))
    expect(error).toMatchObject({ code: 'WRONG_TYPE' })
    expect(error.message).toContain(hint)
  })

  test('to be bytes is refused by setMany and update, which take values whole', async () => {
    const { storage } = setUp()
    const source = pieces('text')
    for (const call of [
      () => storage.setMany([['k', source as never]]),
      () => storage.update('k', () => source as never),
    ]) {
      const error = await caught(call())
      expect(error).toMatchObject({ code: 'WRONG_TYPE' })
      expect(error.message).toContain('set, one at a time')
    }
  })
})

describe('a source', () => {
  test('is ended when the call is refused, whatever for', async () => {
    const { storage } = setUp()
    const bad = [
      (source: ReadableStream) => storage.set('', source),
      (source: ReadableStream) => storage.set('k', source, { expiresInMs: 0 }),
      (source: ReadableStream) => storage.set('k', source, { ifVersion: 'not a version' }),
      (source: ReadableStream) => storage.set('k', source, { contentType: 'none' }),
    ]
    for (const call of bad) {
      const cancelled = Promise.withResolvers<unknown>()
      const source = new ReadableStream({ cancel: cancelled.resolve })
      const error = await caught(call(source))
      expect(await cancelled.promise).toBe(error)
    }
  })

  test('of Node is destroyed when the call is refused, though nobody has read it', async () => {
    const { storage } = setUp()
    const source = Readable.from([encode('text')])
    await caught(storage.set('', source))
    expect(source.destroyed).toBe(true)
  })

  test('is pulled in the invocation that gave it, whoever pulls', async () => {
    const driver = await openDriver()
    const seen: (string | null)[] = []
    driver.writeStream = async (_scope, { body }) => {
      const iterator = body[Symbol.asyncIterator]()
      for (;;) {
        const step = await outside(() => iterator.next())
        if (step.done === true) return
        seen.push(decode(step.value))
      }
    }
    await invoke(
      async ({ storage }) => {
        await persistent_store.setMany({ a: 1, b: 2 })
        await storage.set('export', lines())
      },
      { driver },
    )
    expect(seen).toEqual(['a=1;', 'b=2;'])
    const { persistent_store: json, storage } = setUp()
    await json.set('a', 1)
    // Outside of an invocation it has none, either.
    expect(await caught(storage.set('export', lines()))).toMatchObject({
      code: 'BODY_FAILED',
      cause: { code: 'NO_INVOCATION' },
    })
  })

  test('of an update of the same key is refused', async () => {
    const { storage } = setUp()
    const updating = storage.update('k', async () => {
      await storage.set('k', pieces('inner'))
      return encode('outer')
    })
    expect(await caught(updating)).toMatchObject({ code: 'NESTED_UPDATE' })
    expect(await storage.exists('k')).toBe(false)
  })

  test('that hangs is cancelled when the invocation is aborted', async () => {
    const controller = new AbortController()
    const source = hanging()
    const reason = new Error('Nobody waits.')
    await invoke(
      async ({ storage }) => {
        const setting = caught(storage.set('k', source.stream))
        await source.pulled
        controller.abort(reason)
        const error = await setting
        expect(error).toMatchObject({ code: 'ABORTED', cause: reason })
        await source.cancelled
      },
      { signal: controller.signal },
    )
  })

  test('that hangs is cancelled when the invocation ends, and nothing is written', async () => {
    const driver = await openDriver()
    const source = hanging()
    const outcomes: Promise<unknown>[] = []
    await invoke(
      async ({ storage }) => {
        outcomes.push(caught(storage.set('k', source.stream)))
        await source.pulled
      },
      { driver },
    )
    expect(await outcomes[0]).toMatchObject({ code: 'INVOCATION_CLOSED' })
    await source.cancelled
    await invoke(
      async ({ storage }) => {
        expect(await storage.exists('k')).toBe(false)
      },
      { driver },
    )
  })

  test('tells what it failed with, whatever the store makes of that', async () => {
    const driver = await openDriver()
    const cause = new Error('The line is dead.')
    driver.writeStream = async (_scope, { body }) => {
      await expect(Array.fromAsync(body)).rejects.toMatchObject({ code: 'BODY_FAILED' })
      throw new HoldfastError('BODY_FAILED', 'The source failed, in another process.')
    }
    await invoke(
      async ({ storage }) => {
        expect(await caught(storage.set('k', failing(cause)))).toMatchObject({ cause })
      },
      { driver },
    )
  })

  test('that the store gives up does not seem to have ended', async () => {
    const driver = await openDriver()
    const source = hanging()
    driver.writeStream = async (_scope, { body }) => {
      const iterator = body[Symbol.asyncIterator]()
      const next = iterator.next()
      await iterator.return?.()
      await next
    }
    await invoke(
      async ({ storage }) => {
        expect(await caught(storage.set('k', source.stream))).toMatchObject({ code: 'ABORTED' })
      },
      { driver },
    )
    await source.cancelled
  })

  test('is pulled as fast as the store takes it, and no faster', async () => {
    const driver = await openDriver()
    let [pulled, taken] = [0, 0]
    let most = 0
    driver.writeStream = async (_scope, { body }) => {
      for await (const _ of body) {
        most = Math.max(most, pulled - taken)
        await new Promise((resolve) => setImmediate(resolve))
        taken++
      }
    }
    const endless = new ReadableStream(
      {
        pull(controller) {
          if (++pulled > 50) controller.close()
          else controller.enqueue(new Uint8Array(1))
        },
      },
      { highWaterMark: 0 },
    )
    await invoke(
      async ({ storage }) => {
        await storage.set('k', endless)
      },
      { driver },
    )
    expect([taken, most]).toEqual([50, 1])
  })
})

async function* failing(error: unknown): AsyncGenerator<Uint8Array> {
  yield encode('new')
  throw error
}

async function* oddly(piece: unknown): AsyncGenerator<Uint8Array> {
  yield encode('new')
  yield piece as Uint8Array
}

async function* lines(): AsyncGenerator<Uint8Array> {
  for await (const key of persistent_store.keys()) {
    yield encode(`${key}=${await persistent_store.get<number>(key)};`)
  }
}
