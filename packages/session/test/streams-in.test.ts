import { Readable } from 'node:stream'
import { limits } from '@holdfast/core'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encode(text)
}

describe('a value that is given as a stream', () => {
  test.each([
    ['a generator', () => pieces('one', '', 'two')],
    ['a stream', () => ReadableStream.from(pieces('one', 'two'))],
    ['the body of a response', () => new Response('onetwo').body ?? pieces()],
    ['the body of a request', () => bodyOf('onetwo')],
    ['the stream of a blob', () => new Blob(['one', 'two']).stream()],
    ['a stream of Node', () => Readable.from([Buffer.from('one'), Buffer.from('two')])],
  ])('may be %s', async (_kind, open) => {
    const { storage, clock } = setUp()
    await storage.set('k', encode('old'))
    clock.advance(7)
    const options = { contentType: 'text/plain', expiresInMs: 50 }
    const version = await storage.set('k', open(), options)
    expect(await storage.getEntry('k')).toEqual({
      key: 'k',
      value: encode('onetwo'),
      size: 6,
      version,
      createdAt: 1_000,
      updatedAt: 1_007,
      expiresAt: 1_057,
      contentType: 'text/plain',
    })
  })

  test('may have no bytes', async () => {
    const { storage } = setUp()
    await storage.set('k', pieces())
    expect(await storage.get('k')).toEqual(new Uint8Array())
  })

  test('is not changed by a source that uses its buffer again', async () => {
    const { storage } = setUp()
    const buffer = new Uint8Array(2)
    await storage.set('k', refilled(buffer, 3))
    expect(await storage.get('k')).toEqual(Uint8Array.of(1, 1, 2, 2, 3, 3))
  })

  test('may be larger than one that is given whole, and is taken as a stream then', async () => {
    const { storage } = setUp()
    const piece = new Uint8Array(2 ** 20).fill(7)
    const count = limits.maxValueBytes / piece.length + 1
    await storage.set('k', Readable.from(Array(count).fill(piece)))
    expect(await storage.stat('k')).toMatchObject({ size: count * piece.length })
    for (const call of [
      () => storage.get('k'),
      () => storage.getEntry('k'),
      () => storage.getMany(['k']),
      () => storage.update('k', () => piece),
    ]) {
      const error = await caught(call())
      expect(error).toMatchObject({ code: 'VALUE_TOO_LARGE' })
      expect(error.message).toContain('stream')
    }
    expect(await caught(storage.get('k'))).toMatchObject({
      message: expect.stringMatching(/^The value of "k" has 68157440 bytes, /),
      context: { key: 'k', size: count * piece.length, maxGetBytes: limits.maxGetBytes },
    })
    const several = await caught(storage.getMany(['j', 'k']))
    expect(several.context).not.toHaveProperty('key')
    expect(several.message).toContain('Ask for fewer keys')
    const { body } = (await storage.stream('k')) ?? {}
    let size = 0
    for await (const bytes of body ?? []) size += bytes.length
    expect(size).toBe(count * piece.length)
    expect((await storage.list()).entries).toMatchObject([{ key: 'k', size }])
  })

  test('is written only while the key has the version that was asked for', async () => {
    const { storage } = setUp()
    const version = await storage.set('k', pieces('1'), { ifVersion: null })
    const error = await caught(storage.set('k', pieces('2'), { ifVersion: null }))
    expect(error).toMatchObject({ code: 'VERSION_MISMATCH', context: { current: version } })
    expect(decode(await storage.get('k'))).toBe('1')
    await storage.set('k', pieces('3'), { ifVersion: version })
    expect(decode(await storage.get('k'))).toBe('3')
  })

  test('counts against the quota', async () => {
    const { storage } = testPlugin(definePlugin({}), { quotaBytes: 10 })
    await storage.set('k', encode('old'))
    const setting = storage.set('k', pieces('12345', '67890'))
    expect(await caught(setting)).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(decode(await storage.get('k'))).toBe('old')
  })

  test('is seen by nobody before its end', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('old'))
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const setting = storage.set('k', gated(begun.resolve, gate.promise))
    await begun.promise
    expect(decode(await storage.get('k'))).toBe('old')
    gate.resolve()
    await setting
    expect(decode(await storage.get('k'))).toBe('onetwo')
  })
})

function bodyOf(text: string): ReadableStream<Uint8Array> {
  const { body } = new Request('http://host', { method: 'PUT', body: text })
  return body ?? ReadableStream.from(pieces())
}

async function* refilled(buffer: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let time = 1; time <= times; time++) yield buffer.fill(time)
}

async function* gated(begin: () => void, gate: Promise<void>): AsyncGenerator<Uint8Array> {
  yield encode('one')
  begin()
  await gate
  yield encode('two')
}
