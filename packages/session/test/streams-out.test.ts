import { HoldfastError } from '@holdfast/core'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openStream, pieceBytes, streaming } from './streaming-driver.ts'
import { encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('a value that is taken as a stream', () => {
  test('is what was stored, with all that is known of it', async () => {
    const { storage } = setUp()
    const value = new Uint8Array(3 * pieceBytes + 1).map((_, index) => index % 251)
    const version = await storage.set('k', value, { contentType: 'image/png', expiresInMs: 50 })
    const { body, ...entry } = await openStream(storage, 'k')
    expect(entry).toEqual({
      key: 'k',
      size: value.length,
      version,
      createdAt: 1_000,
      updatedAt: 1_000,
      expiresAt: 1_050,
      contentType: 'image/png',
      range: { start: 0, end: value.length },
    })
    expect(await new Response(body).bytes()).toEqual(value)
  })

  test('is null where there is none', async () => {
    const { storage, clock } = setUp()
    expect(await storage.stream('k')).toBeNull()
    await storage.set('k', encode('v'), { expiresInMs: 1 })
    clock.advance(1)
    expect(await storage.stream('k')).toBeNull()
  })

  test.each([
    [{ start: 2, end: 5 }, '234', { start: 2, end: 5 }],
    [{ start: 7 }, '789', { start: 7, end: 10 }],
    [{ end: 3 }, '012', { start: 0, end: 3 }],
    [{ start: 8, end: 99 }, '89', { start: 8, end: 10 }],
    [{ start: 3, end: 3 }, '', { start: 3, end: 3 }],
    [{ start: 99, end: 100 }, '', { start: 10, end: 10 }],
    [{}, '0123456789', { start: 0, end: 10 }],
    [undefined, '0123456789', { start: 0, end: 10 }],
  ])('may be a range, as %j', async (asked, text, range) => {
    const { storage } = setUp()
    await storage.set('k', encode('0123456789'))
    const found = await storage.stream('k', { range: asked })
    expect(found).toMatchObject({ size: 10, range })
    expect(await new Response(found?.body).text()).toBe(text)
  })

  test.each([
    [{ start: -1 }, 'INVALID_ARGUMENT'],
    [{ start: 5, end: 2 }, 'INVALID_ARGUMENT'],
    [{ start: 0.5 }, 'INVALID_ARGUMENT'],
    [{ end: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ start: '1' }, 'INVALID_ARGUMENT'],
    [{ from: 1 }, 'INVALID_ARGUMENT'],
    [null, 'WRONG_TYPE'],
    ['0-5', 'WRONG_TYPE'],
  ])('is refused by a range like %j', async (range, code) => {
    const { storage } = setUp()
    await storage.set('k', encode('0123456789'))
    expect(await caught(storage.stream('k', { range: range as never }))).toMatchObject({ code })
  })

  test('stays as it was when it was opened, whatever is written meanwhile', async () => {
    const { storage } = setUp()
    const value = new Uint8Array(2 * pieceBytes).fill(1)
    await storage.set('k', value)
    const { body } = await openStream(storage, 'k')
    const reader = body.getReader()
    const first = await reader.read()
    await storage.set('k', encode('new'))
    await storage.delete('k')
    first.value?.fill(9)
    expect((await reader.read()).value).toEqual(value.subarray(pieceBytes))
    expect((await reader.read()).done).toBe(true)
  })

  test('is read from the store piece by piece, as it is asked for', async () => {
    const { driver, events } = await streaming(3)
    await invoke(
      async ({ storage }) => {
        const { body } = await openStream(storage, 'k')
        expect(events).toEqual([])
        const reader = body.getReader()
        expect(await reader.read()).toEqual({ done: false, value: Uint8Array.of(1) })
        expect(events).toEqual(['gives 1'])
        expect(await reader.read()).toEqual({ done: false, value: Uint8Array.of(2) })
        await reader.cancel()
        expect(events).toEqual(['gives 1', 'gives 2', 'ends'])
      },
      { driver },
    )
  })

  test('fails with the error of the store that it fails with', async () => {
    const { driver } = await streaming(1)
    const readStream = driver.readStream.bind(driver)
    driver.readStream = async (...call) => {
      const stream = await readStream(...call)
      return stream && { ...stream, body: failing() }
    }
    await invoke(
      async ({ storage }) => {
        const { body } = await openStream(storage, 'k')
        expect(await caught(new Response(body).bytes())).toMatchObject({ code: 'STORE_CORRUPT' })
      },
      { driver },
    )
  })
})

async function* failing(): AsyncGenerator<Uint8Array> {
  yield encode('v')
  throw new HoldfastError('STORE_CORRUPT', 'A piece is missing.')
}
