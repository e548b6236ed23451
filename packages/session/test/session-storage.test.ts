import { runInNewContext } from 'node:vm'
import { limits } from '@holdfast/core'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('a value', () => {
  test('comes back byte for byte, whatever its bytes', async () => {
    const { storage } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await storage.set('k', bytes)
        expect(await storage.get('k')).toEqual(bytes)
      }),
    )
  })

  test('of length 0 is a value, and a missing one is null', async () => {
    const { storage } = setUp()
    await storage.set('empty', new Uint8Array())
    expect(await storage.get('empty')).toEqual(new Uint8Array())
    expect(await storage.exists('empty')).toBe(true)
    expect(await storage.get('missing')).toBeNull()
    expect(await storage.getEntry('missing')).toBeNull()
    expect(await storage.exists('missing')).toBe(false)
  })

  test('is not changed by what becomes of the buffer after set', async () => {
    const { storage } = setUp()
    const bytes = encode('before')
    const setting = storage.set('k', bytes)
    bytes.fill(0)
    await setting
    expect(decode(await storage.get('k'))).toBe('before')

    const several = [encode('one'), encode('two')]
    const settingMany = storage.setMany(several.map((value, index) => [`m${index}`, value]))
    for (const value of several) value.fill(0)
    await settingMany
    expect(decode(await storage.get('m1'))).toBe('two')
  })

  test('is not changed by what becomes of the buffer from get, getEntry, getMany and update', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('kept'))
    const reads = [
      await storage.get('k'),
      (await storage.getEntry('k'))?.value,
      (await storage.getMany(['k'])).get('k'),
      await storage.update('k', (current) => current ?? encode('')),
    ]
    for (const bytes of reads) bytes?.fill(0)
    expect(decode(await storage.get('k'))).toBe('kept')
  })

  test('is taken from any Uint8Array and given as a plain one over memory of its own', async () => {
    const { storage } = setUp()
    const page = Buffer.from('a secret and a value')
    const foreign = runInNewContext('new Uint8Array([118, 97, 108, 117, 101])') as Uint8Array
    for (const bytes of [page.subarray(15), foreign, encode('value')]) {
      await storage.set('k', bytes)
      const read = await storage.get('k')
      expect(decode(read)).toBe('value')
      expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
      expect(read?.buffer.byteLength).toBe(5)
    }
  })

  test.each([
    ['a string', 'text', 'new TextEncoder().encode(text)'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'new Uint8Array(buffer)'],
    ['a Blob', new Blob(['text']), 'await blob.bytes()'],
    ['a plain object', { a: 1 }, 'persistent_store'],
    ['null', null, 'persistent_store'],
    ['another typed array', new Uint16Array(1), 'persistent_store'],
  ])('that is %s is a TypeError that says what to do', async (_what, value, advice) => {
    const { storage } = setUp()
    for (const call of [
      () => storage.set('k', value as never),
      () => storage.setMany({ k: value as never }),
      () => storage.update('k', () => value as never),
    ]) {
      const error = await caught(call())
      expect(error).toBeInstanceOf(TypeError)
      expect(error.code).toBe('WRONG_TYPE')
      expect(error.message).toContain(advice)
    }
    expect(await storage.exists('k')).toBe(false)
  })

  test('whose memory was transferred away is refused instead of stored as empty', async () => {
    const { storage } = setUp()
    const bytes = encode('gone')
    structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
    expect(await caught(storage.set('k', bytes))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await storage.exists('k')).toBe(false)
  })

  test('beyond the quota is refused and leaves nothing behind', async () => {
    const { storage } = testPlugin(definePlugin({}), { quotaBytes: 10 })
    await storage.set('k', encode('123456789'))
    expect(await caught(storage.set('l', encode('1')))).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(await storage.exists('l')).toBe(false)
    expect(decode(await storage.get('k'))).toBe('123456789')
  })
})

describe('a key', () => {
  const hostile = [
    '.',
    '..',
    '/etc/passwd',
    'a',
    'A',
    'a:b',
    'a/b',
    'a//b',
    '%',
    '_',
    '\\',
    '__proto__',
    'constructor',
    'é',
    'e\u0301',
    ' ',
    '\n',
    '😀',
    '\uFF5E',
    'x'.repeat(limits.maxKeyBytes),
  ]

  test('means nothing but itself', async () => {
    const { storage } = setUp()
    await Promise.all(hostile.map((key) => storage.set(key, encode(key))))
    for (const key of hostile) expect(decode(await storage.get(key))).toBe(key)
    const many = await storage.getMany(hostile)
    expect([...many.keys()]).toEqual(hostile)
    expect(decode(many.get('__proto__') ?? null)).toBe('__proto__')
    expect((await Array.fromAsync(storage.keys())).toSorted()).toEqual(hostile.toSorted())
    await storage.deleteMany(hostile)
    expect(await Array.fromAsync(storage.keys())).toEqual([])
  })

  test.each([
    ['an empty one', '', 'INVALID_KEY'],
    ['one of 513 bytes', 'é'.repeat(256) + 'x', 'INVALID_KEY'],
    ['one with U+0000', 'a\0b', 'INVALID_KEY'],
    ['half of a surrogate pair', '\uD800', 'INVALID_KEY'],
    ['a number', 1, 'WRONG_TYPE'],
    ['undefined', undefined, 'WRONG_TYPE'],
  ])('that is %s is refused by every method', async (_what, key, code) => {
    const { storage } = setUp()
    const bytes = encode('v')
    for (const call of [
      () => storage.get(key as never),
      () => storage.getEntry(key as never),
      () => storage.exists(key as never),
      () => storage.getMany(['fine', key as never]),
      () => storage.set(key as never, bytes),
      () =>
        storage.setMany([
          ['fine', bytes],
          [key as never, bytes],
        ]),
      () => storage.delete(key as never),
      () => storage.deleteMany(['fine', key as never]),
      () => storage.update(key as never, () => bytes),
    ]) {
      expect(await caught(call())).toMatchObject({ code })
    }
    expect(await Array.fromAsync(storage.keys())).toEqual([])
  })
})

describe('several keys at once', () => {
  test('are read in the order asked, without those that are missing', async () => {
    const { storage } = setUp()
    await storage.setMany(
      new Map([
        ['b', encode('2')],
        ['a', encode('1')],
      ]),
    )
    const read = await storage.getMany(['missing', 'b', 'a', 'b'])
    expect([...read].map(([key, value]) => [key, decode(value)])).toEqual([
      ['b', '2'],
      ['a', '1'],
    ])
  })

  test('may be more than one read takes, but not more than one write does', async () => {
    const { storage } = setUp()
    const keys = Array.from({ length: 2_500 }, (_none, index) => `k${index}`)
    for (let start = 0; start < keys.length; start += 1_000) {
      await storage.setMany(keys.slice(start, start + 1_000).map((key) => [key, encode(key)]))
    }
    expect((await storage.getMany(keys)).size).toBe(2_500)
    expect((await Array.fromAsync(storage.keys())).length).toBe(2_500)
    const tooMany = keys.slice(0, 1_001)
    const setting = storage.setMany(tooMany.map((key) => [key, encode('new')]))
    expect(await caught(setting)).toMatchObject({ code: 'COMMIT_TOO_LARGE' })
    expect(await caught(storage.deleteMany(tooMany))).toMatchObject({ code: 'COMMIT_TOO_LARGE' })
    expect(decode(await storage.get('k0'))).toBe('k0')
  })

  test('are written all or none', async () => {
    const { storage } = testPlugin(definePlugin({}), { quotaBytes: 10 })
    const setting = storage.setMany({ a: encode('1'), b: encode('2'.repeat(100)) })
    expect(await caught(setting)).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(await storage.exists('a')).toBe(false)
  })

  test('may be none', async () => {
    const { storage } = setUp()
    await storage.setMany([])
    await storage.setMany({})
    await storage.deleteMany([])
    expect(await storage.getMany([])).toEqual(new Map())
  })

  test('are refused when one is written twice, and deleted once when named twice', async () => {
    const { storage } = setUp()
    await storage.set('a', encode('1'))
    const twice = storage.setMany([
      ['a', encode('2')],
      ['a', encode('3')],
    ])
    expect(await caught(twice)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(decode(await storage.get('a'))).toBe('1')
    await storage.deleteMany(['a', 'a', 'missing'])
    expect(await storage.exists('a')).toBe(false)
  })

  test('are not the characters of a string', async () => {
    const { storage } = setUp()
    await storage.set('a', encode('1'))
    expect(await caught(storage.deleteMany('abc'))).toMatchObject({ code: 'WRONG_TYPE' })
    expect(await caught(storage.getMany('abc'))).toMatchObject({ code: 'WRONG_TYPE' })
    expect(await caught(storage.setMany('abc' as never))).toMatchObject({ code: 'WRONG_TYPE' })
    expect(await caught(storage.setMany(['ab'] as never))).toMatchObject({ code: 'WRONG_TYPE' })
    expect(await storage.exists('a')).toBe(true)
  })
})

describe('an entry', () => {
  test('tells its version, size, times and content type', async () => {
    const { storage, clock } = setUp()
    const first = await storage.set('k', encode('12345'), {
      contentType: 'text/plain',
      expiresInMs: 50,
    })
    clock.advance(7)
    expect(await storage.getEntry('k')).toEqual({
      key: 'k',
      value: encode('12345'),
      size: 5,
      version: first,
      createdAt: 1_000,
      updatedAt: 1_000,
      expiresAt: 1_050,
      contentType: 'text/plain',
    })
    const second = await storage.set('k', encode('1'))
    expect(second).not.toBe(first)
    expect(await storage.getEntry('k')).toMatchObject({
      size: 1,
      version: second,
      createdAt: 1_000,
      updatedAt: 1_007,
      expiresAt: null,
      contentType: null,
    })
  })

  test('is absent everywhere from the moment it expires', async () => {
    const { storage, clock } = setUp()
    await storage.set('k', encode('v'), { expiresInMs: 50 })
    await storage.setMany({ l: encode('v') }, { expiresInMs: 50.5 })
    clock.advance(49)
    expect(await storage.exists('k')).toBe(true)
    clock.advance(1)
    expect(await storage.exists('k')).toBe(false)
    expect(await storage.get('k')).toBeNull()
    expect(await storage.exists('l')).toBe(true)
    clock.advance(1)
    expect(await storage.getMany(['k', 'l'])).toEqual(new Map())
    expect(await storage.list()).toEqual({ entries: [], cursor: null })
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '50', null, 5n])(
    'never expires in %s milliseconds',
    async (expiresInMs) => {
      const { storage } = setUp()
      const options = { expiresInMs: expiresInMs as never }
      let calls = 0
      const change = () => encode(String(calls++))
      for (const call of [
        () => storage.set('k', encode('v'), options),
        () => storage.setMany({ k: encode('v') }, options),
        () => storage.update('k', change, options),
      ]) {
        expect(await caught(call())).toMatchObject({ code: 'INVALID_ARGUMENT' })
      }
      expect(calls).toBe(0)
      expect(await storage.exists('k')).toBe(false)
    },
  )

  test.each(['text', 'text/', 'text/plain\r\nx: y', '', `text/${'x'.repeat(300)}`, 5, 'té/xt'])(
    'has no content type like %j',
    async (contentType) => {
      const { storage } = setUp()
      const setting = storage.set('k', encode('v'), { contentType: contentType as never })
      expect(await caught(setting)).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(await storage.exists('k')).toBe(false)
    },
  )

  test.each([
    'image/png',
    'text/html; charset=utf-8',
    'application/vnd.api+json',
    'text/plain;a="b c"',
  ])('may have the content type %s', async (contentType) => {
    const { storage } = setUp()
    await storage.set('k', encode('v'), { contentType })
    expect(await storage.getEntry('k')).toMatchObject({ contentType })
  })
})

describe('a write with ifVersion', () => {
  test('succeeds on that version alone, and tells the current one', async () => {
    const { storage } = setUp()
    const first = await storage.set('k', encode('1'), { ifVersion: null })
    const second = await storage.set('k', encode('2'), { ifVersion: first })
    for (const ifVersion of [first, null, 'another']) {
      const error = await caught(storage.set('k', encode('3'), { ifVersion }))
      expect(error).toMatchObject({ code: 'VERSION_MISMATCH', context: { current: second } })
    }
    expect(await caught(storage.delete('k', { ifVersion: first }))).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { current: second },
    })
    expect(decode(await storage.get('k'))).toBe('2')
    await storage.delete('k', { ifVersion: second })
    expect(await caught(storage.set('k', encode('3'), { ifVersion: second }))).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { current: null },
    })
    expect(await storage.exists('k')).toBe(false)
  })

  test('refuses what can be no version', async () => {
    const { storage } = setUp()
    for (const ifVersion of ['', 'a b', 5, {}]) {
      const setting = storage.set('k', encode('v'), { ifVersion: ifVersion as never })
      expect(await caught(setting)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(await storage.exists('k')).toBe(false)
  })
})

test('to delete a missing key is no error', async () => {
  const { storage } = setUp()
  await expect(storage.delete('missing')).resolves.toBeUndefined()
})

describe('options', () => {
  test('that a method does not have are refused instead of ignored', async () => {
    const { storage } = setUp()
    const bytes = encode('v')
    for (const call of [
      () => storage.set('k', bytes, { ttl: 5 } as never),
      () => storage.setMany({ k: bytes }, { ifVersion: null } as never),
      () => storage.delete('k', { expiresInMs: 5 } as never),
      () => storage.update('k', () => bytes, { ifVersion: null } as never),
      () => storage.list({ start: 'a' } as never),
      () => storage.keys({ limit: 5 } as never).next(),
    ]) {
      expect(await caught(call())).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    for (const options of [null, 5, 'x']) {
      expect(await caught(storage.set('k', bytes, options as never))).toMatchObject({
        code: 'WRONG_TYPE',
      })
    }
    expect(await storage.exists('k')).toBe(false)
  })
})

describe('a listing', () => {
  test('is in order of the bytes, by literal prefix, by page', async () => {
    const { storage } = setUp()
    const keys = ['a%', 'a', 'a_b', 'ab', 'b', 'a\uFF5E', 'a😀']
    await storage.setMany(keys.map((key) => [key, encode('')]))
    const collected: string[] = []
    let cursor: string | null = null
    do {
      const page = await storage.list({ prefix: 'a', limit: 2, cursor })
      expect(page.entries.length).toBeLessThanOrEqual(2)
      collected.push(...page.entries.map(({ key }) => key))
      cursor = page.cursor
    } while (cursor !== null)
    expect(collected).toEqual(['a', 'a%', 'a_b', 'ab', 'a\uFF5E', 'a😀'])
    expect(await Array.fromAsync(storage.keys({ prefix: 'a_' }))).toEqual(['a_b'])
    expect(await Array.fromAsync(storage.keys({ prefix: 'c' }))).toEqual([])
  })

  test('tells all of an entry but its value', async () => {
    const { storage } = setUp()
    const version = await storage.set('k', encode('12'), { contentType: 'a/b' })
    expect(await storage.list()).toEqual({
      entries: [
        {
          key: 'k',
          size: 2,
          version,
          createdAt: 1_000,
          updatedAt: 1_000,
          expiresAt: null,
          contentType: 'a/b',
        },
      ],
      cursor: null,
    })
  })

  test('refuses a limit, a cursor and a prefix that are none', async () => {
    const { storage } = setUp()
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN, '5']) {
      const listing = storage.list({ limit: limit as never })
      expect(await caught(listing)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    for (const cursor of ['nonsense', 5]) {
      const listing = storage.list({ cursor: cursor as never })
      expect(await caught(listing)).toMatchObject({ code: 'INVALID_CURSOR' })
    }
    expect(await caught(storage.list({ prefix: 5 as never }))).toMatchObject({ code: 'WRONG_TYPE' })
    expect(await caught(storage.list({ prefix: '\0' }))).toMatchObject({ code: 'INVALID_KEY' })
  })

  test('of all keys ends when its reader does', async () => {
    const { storage } = setUp()
    await storage.setMany({ a: encode(''), b: encode('') })
    const seen: string[] = []
    for await (const key of storage.keys()) {
      seen.push(key)
      break
    }
    expect(seen).toEqual(['a'])
  })
})
