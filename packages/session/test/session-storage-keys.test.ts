import { limits } from '@holdfast/core'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

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

  test('is not there because a longer one is', async () => {
    const { storage } = setUp()
    await storage.setMany({ ab: encode('1'), 'a/': encode('2') })
    expect(await storage.exists('a')).toBe(false)
    expect(await storage.exists('ab')).toBe(true)
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
