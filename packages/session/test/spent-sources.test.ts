import { Readable } from 'node:stream'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}))

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text)
}

describe('a source that can be read once', () => {
  test('is refused when others have read it, for it would be stored as nothing', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('old'))
    const read = new Response('text')
    await read.text()
    const locked = new Response('text')
    locked.body?.getReader()
    const spent = Readable.from([encode('text')])
    await spent.toArray()
    for (const source of [read.body, locked.body, spent]) {
      const error = await caught(storage.set('k', source ?? encode('')))
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(error.message).toContain('read')
    }
    expect(decode(await storage.get('k'))).toBe('old')
  })

  test.each([
    ['a generator', () => pieces('text')],
    ['what gives the same generator again', () => alwaysSame(pieces('text'))],
    ['an iterator of a stream', () => new Blob(['text']).stream().values()],
    ['an iterator of a stream of Node', () => Readable.from([encode('text')]).iterator()],
  ])('is refused when it is %s that was given before', async (_kind, make) => {
    const { storage } = setUp()
    const source = make()
    await storage.set('k', source)
    for (const again of [setUp().storage, storage]) {
      const error = await caught(again.set('k', source))
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(error.message).toContain('by a set before')
    }
    expect(decode(await storage.get('k'))).toBe('text')
  })

  test('is refused when the set that had it was refused', async () => {
    const { storage } = setUp()
    const source = pieces('text')
    await caught(storage.set('k', source, { expiresInMs: 0 }))
    expect(await caught(storage.set('k', source))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await storage.exists('k')).toBe(false)
  })
})

test('a source that begins anew each time may be given several times', async () => {
  const { storage } = setUp()
  const source = { [Symbol.asyncIterator]: () => pieces('te', 'xt') }
  for (const key of ['k', 'k', 'l']) await storage.set(key, source)
  expect(decode(await storage.get('k'))).toBe('text')
  expect(decode(await storage.get('l'))).toBe('text')
})

function alwaysSame(generator: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => generator }
}
