import { type JsonValue, limits } from '@holdfast/core'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('a value', () => {
  test('comes back equal, whatever JSON it is', async () => {
    const { persistent_store } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await persistent_store.set('k', value as JsonValue)
        expect(await persistent_store.get('k')).toEqual(value)
        expect((await persistent_store.getMany(['k'])).get('k')).toEqual(value)
        expect((await persistent_store.getEntry('k'))?.value).toEqual(value)
      }),
    )
  })

  test('that is null is null, and a missing one is undefined', async () => {
    const { persistent_store } = setUp()
    await persistent_store.set('k', null)
    expect(await persistent_store.get('k')).toBeNull()
    expect(await persistent_store.exists('k')).toBe(true)
    expect((await persistent_store.getMany(['k'])).has('k')).toBe(true)
    expect(await persistent_store.get('missing')).toBeUndefined()
    expect(await persistent_store.getEntry('missing')).toBeUndefined()
    expect(await persistent_store.stat('missing')).toBeUndefined()
    expect(await persistent_store.stat('k')).toMatchObject({ key: 'k', size: 4 })
    expect(await persistent_store.stat('k')).not.toHaveProperty('value')
    expect(await persistent_store.getMany(['missing'])).toEqual(new Map())
  })

  test('is not changed by what becomes of the object after set or get', async () => {
    const { persistent_store } = setUp()
    const value = { items: ['a'] }
    const setting = persistent_store.set('k', value)
    value.items.push('b')
    await setting
    const read = await persistent_store.get<{ items: string[] }>('k')
    read?.items.push('c')
    expect(await persistent_store.get('k')).toEqual({ items: ['a'] })
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle

  test.each([
    ['undefined', undefined, '$'],
    ['undefined within', { a: undefined }, '$.a'],
    ['NaN', { items: [1, Number.NaN] }, '$.items[1]'],
    ['Infinity', Number.POSITIVE_INFINITY, '$'],
    ['a bigint', [1n], '$[0]'],
    ['a function', { f: () => 1 }, '$.f'],
    ['a symbol', { s: Symbol('s') }, '$.s'],
    ['a Date', { items: [0, 0, 0, { when: new Date() }] }, '$.items[3].when'],
    ['a Map', new Map(), '$'],
    ['bytes', { b: new Uint8Array(1) }, '$.b'],
    ['an instance of a class', { u: new URL('http://a') }, '$.u'],
    ['a cycle', cycle, '$.self'],
  ])('that is %s is refused with its path', async (_what, value, path) => {
    const { persistent_store } = setUp()
    for (const call of [
      () => persistent_store.set('k', value as never),
      () => persistent_store.setMany({ fine: 1, k: value as never }),
    ]) {
      expect(await caught(call())).toMatchObject({ code: 'INVALID_JSON_VALUE', context: { path } })
    }
    const updating = persistent_store.update('k', () => value as never)
    expect(await caught(updating)).toMatchObject({ code: 'INVALID_JSON_VALUE' })
    expect(await Array.fromAsync(persistent_store.keys())).toEqual([])
  })

  test('has as its size that of its JSON in UTF-8', async () => {
    const { persistent_store } = setUp()
    const version = await persistent_store.set('k', 'é', { expiresInMs: 5 })
    expect(await persistent_store.getEntry('k')).toEqual({
      key: 'k',
      value: 'é',
      size: 4,
      version,
      createdAt: 1_000,
      updatedAt: 1_000,
      expiresAt: 1_005,
      contentType: null,
    })
  })
})

describe('a key', () => {
  test.each([
    ['an empty one', '', 'INVALID_KEY'],
    ['one with a colon', 'a:b', 'INVALID_KEY'],
    ['one with a hash', 'a#b', 'INVALID_KEY'],
    ['one of 513 bytes', 'x'.repeat(limits.maxKeyBytes + 1), 'INVALID_KEY'],
    ['a number', 1, 'WRONG_TYPE'],
  ])('that is %s is refused by every method', async (_what, key, code) => {
    const { persistent_store } = setUp()
    for (const call of [
      () => persistent_store.get(key as never),
      () => persistent_store.getEntry(key as never),
      () => persistent_store.exists(key as never),
      () => persistent_store.getMany([key as never]),
      () => persistent_store.set(key as never, 1),
      () =>
        persistent_store.setMany([
          ['fine', 1],
          [key as never, 1],
        ]),
      () => persistent_store.delete(key as never),
      () => persistent_store.deleteMany([key as never]),
      () => persistent_store.update(key as never, () => 1),
      () => persistent_store.increment(key as never),
    ]) {
      expect(await caught(call())).toMatchObject({ code })
    }
    expect(await Array.fromAsync(persistent_store.keys())).toEqual([])
  })

  test('has a prefix without colon and hash, too', async () => {
    const { persistent_store } = setUp()
    await persistent_store.setMany({ 'a/1': 1, 'a/2': 2, b: 3 })
    expect(await Array.fromAsync(persistent_store.keys({ prefix: 'a/' }))).toEqual(['a/1', 'a/2'])
    expect(await Array.fromAsync(persistent_store.keys({ prefix: '' }))).toHaveLength(3)
    for (const prefix of ['a:', '#']) {
      expect(await caught(persistent_store.list({ prefix }))).toMatchObject({ code: 'INVALID_KEY' })
    }
  })

  test('is not seen by the other store', async () => {
    const { persistent_store, storage } = setUp()
    await persistent_store.set('k', 'json')
    expect(await storage.get('k')).toBeNull()
    await storage.set('k', encode('bytes'))
    await storage.delete('k')
    expect(await persistent_store.get('k')).toBe('json')
  })
})

describe('increment', () => {
  test('counts from 0, by any finite step, and keeps the expiry', async () => {
    const { persistent_store, clock } = setUp()
    expect(await persistent_store.increment('n')).toBe(1)
    expect(await persistent_store.increment('n', 10)).toBe(11)
    expect(await persistent_store.increment('n', -1.5)).toBe(9.5)
    await persistent_store.set('n', 5, { expiresInMs: 100 })
    clock.advance(50)
    expect(await persistent_store.increment('n')).toBe(6)
    clock.advance(50)
    expect(await persistent_store.increment('n')).toBe(1)
  })

  test.each(['5', null, true, [1], { a: 1 }])(
    'refuses to add to %j, which stays',
    async (value) => {
      const { persistent_store } = setUp()
      await persistent_store.set('n', value)
      expect(await caught(persistent_store.increment('n'))).toMatchObject({ code: 'NOT_A_NUMBER' })
      expect(await persistent_store.get('n')).toEqual(value)
    },
  )

  test.each([
    [Number.NaN, 'INVALID_ARGUMENT'],
    [Number.NEGATIVE_INFINITY, 'INVALID_ARGUMENT'],
    ['1', 'WRONG_TYPE'],
    [1n, 'WRONG_TYPE'],
    [null, 'WRONG_TYPE'],
  ])('refuses the step %s', async (by, code) => {
    const { persistent_store } = setUp()
    expect(await caught(persistent_store.increment('n', by as never))).toMatchObject({ code })
    expect(await persistent_store.exists('n')).toBe(false)
  })

  test('refuses a result that a number cannot hold exactly', async () => {
    const { persistent_store } = setUp()
    await persistent_store.set('n', Number.MAX_SAFE_INTEGER)
    expect(await caught(persistent_store.increment('n'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect(await persistent_store.get('n')).toBe(Number.MAX_SAFE_INTEGER)
    expect(await persistent_store.increment('n', -1)).toBe(Number.MAX_SAFE_INTEGER - 1)
    expect(await caught(persistent_store.increment('m', 1e300))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
