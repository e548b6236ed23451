import { definePlugin, persistent_store, Tool } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { caught, thrown } from './caught.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

const schemas = {
  zod: z.object({ theme: z.enum(['dark', 'light']), size: z.number().default(12) }),
  valibot: v.object({ theme: v.picklist(['dark', 'light']), size: v.optional(v.number(), 12) }),
  arktype: type({ theme: "'dark' | 'light'", size: 'number = 12' }),
}

/** Stores text, and reads it as a Date. */
const moment = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) })

/** Takes lists of one item, looks late, and does to the list what a schema should not. */
const single: StandardSchemaV1<{ items: string[] }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    async validate(value) {
      await new Promise((resolve) => setImmediate(resolve))
      const list = value as { items: string[] }
      if (list.items.length !== 1) return { issues: [{ message: 'expected one item' }] }
      list.items.push('added')
      return { value: list }
    },
  },
}

function goDark(): { theme: 'dark' } {
  return { theme: 'dark' }
}

describe.each(Object.entries(schemas))('a typed store, by %s,', (_library, schema) => {
  test('stores what it is given and reads what the schema makes of that', async () => {
    const { persistent_store: json } = setUp()
    const preferences = json.typed(schema as typeof schemas.zod)
    const version = await preferences.set('ada', { theme: 'dark' })
    expect(await json.get('ada')).toEqual({ theme: 'dark' })
    const value = { theme: 'dark', size: 12 }
    expect(await preferences.get('ada')).toEqual(value)
    expect(await preferences.getEntry('ada')).toMatchObject({ key: 'ada', value, version })
    expect(await preferences.getMany(['ada', 'bob'])).toEqual(new Map([['ada', value]]))
    for await (const state of preferences.watch(['bob', 'ada'])) {
      expect(state).toMatchObject([undefined, { value }])
      break
    }
  })

  test('refuses to store what does not fit, naming each field', async () => {
    const { persistent_store: json } = setUp()
    const preferences = json.typed(schema as typeof schemas.zod)
    await preferences.set('ada', { theme: 'dark' })
    const wrong = { theme: 'sepia', size: 'large' } as never
    for (const call of [
      () => preferences.set('ada', wrong),
      () => preferences.setMany({ bob: { theme: 'light' }, ada: wrong }),
      () => preferences.update('ada', () => wrong),
    ]) {
      const error = await caught(call())
      expect(error).toMatchObject({ code: 'INVALID_VALUE', context: { key: 'ada' } })
      expect(error.context['paths']).toEqual(expect.arrayContaining(['$.theme', '$.size']))
      expect(error.message).toMatch(/\$\.theme\b.*; \$\.size\b/)
      expect(error.message).not.toContain('theme: theme')
    }
    expect(await json.getMany(['ada', 'bob'])).toEqual(new Map([['ada', { theme: 'dark' }]]))
  })

  test('says where a stored value does not fit any more, and not what it is', async () => {
    const { persistent_store: json } = setUp()
    const preferences = json.typed(schema as typeof schemas.zod)
    await json.set('ada', { theme: 'sepia', size: 1 })
    for (const call of [
      () => preferences.get('ada'),
      () => preferences.getEntry('ada'),
      () => preferences.getMany(['ada']),
      () => preferences.update('ada', goDark),
      () => preferences.watch(['ada']).next(),
    ]) {
      const error = await caught(call())
      expect(error).toMatchObject({
        code: 'STORED_VALUE_INVALID',
        context: { key: 'ada', paths: ['$.theme'] },
      })
      expect(error.cause).toBeUndefined()
      expect(error.message).toContain('$.theme')
      expect(error.message).not.toContain('sepia')
    }
    expect(await json.get('ada')).toEqual({ theme: 'sepia', size: 1 })
    await preferences.set('ada', goDark())
    expect(await preferences.get('ada')).toMatchObject({ theme: 'dark' })
  })
})

describe('a typed store', () => {
  test('has all else that its store has', async () => {
    const { persistent_store: json, clock } = setUp()
    const counts = json.typed(z.number())
    await counts.setMany(new Map([['b', 2]]), { expiresInMs: 50 })
    const version = await counts.set('a', 1, { ifVersion: null })
    expect(await caught(counts.set('a', 1, { ifVersion: null }))).toMatchObject({
      code: 'VERSION_MISMATCH',
    })
    expect(await counts.increment('a', 4)).toBe(5)
    expect(await counts.increment('c')).toBe(1)
    expect(await counts.stat('a')).toMatchObject({ size: 1 })
    expect(await counts.stat('a')).not.toMatchObject({ version })
    expect((await counts.list({ prefix: 'b' })).entries).toMatchObject([{ expiresAt: 1_050 }])
    expect(await Array.fromAsync(counts.keys())).toEqual(['a', 'b', 'c'])
    clock.advance(50)
    expect(await counts.exists('b')).toBe(false)
    await counts.delete('a')
    await counts.deleteMany(['c'])
    expect(await Array.fromAsync(counts.keys())).toEqual([])
  })

  test('updates from what the schema makes to what it takes', async () => {
    const { persistent_store: json } = setUp()
    const moments = json.typed(moment)
    const day = 24 * 60 * 60 * 1_000
    const put = (current: { at: Date } | undefined) => ({
      at: new Date((current?.at.getTime() ?? 0) + day).toISOString(),
    })
    await moments.update('k', put)
    expect(await moments.update('k', put)).toEqual({ at: new Date(2 * day) })
    expect(await json.get('k')).toEqual({ at: '1970-01-03T00:00:00.000Z' })
  })

  test('stores JSON alone, whatever the schema would take', async () => {
    const { persistent_store: json } = setUp()
    const dates = json.typed(z.object({ at: z.date() }))
    expect(await caught(dates.set('k', { at: new Date() } as never))).toMatchObject({
      code: 'INVALID_JSON_VALUE',
      context: { path: '$.at' },
    })
    // As it would be read: a schema for a Date never fits.
    expect(await caught(dates.set('k', { at: '1970-01-01' } as never))).toMatchObject({
      code: 'INVALID_VALUE',
    })
    expect(await caught(dates.update('k', () => undefined as never))).toMatchObject({
      code: 'INVALID_JSON_VALUE',
    })
  })

  test('is not changed by what becomes of a value while it is checked', async () => {
    const { persistent_store: json } = setUp()
    const lists = json.typed(single)
    const value = { items: ['a'] }
    const setting = Promise.all([lists.set('k', value), lists.setMany({ l: value })])
    value.items.push('b')
    await setting
    expect(await json.getMany(['k', 'l'])).toEqual(
      new Map([
        ['k', { items: ['a'] }],
        ['l', { items: ['a'] }],
      ]),
    )
  })

  test('loses no concurrent update, with a schema that takes its time', async () => {
    const { persistent_store: json } = setUp()
    const lists = json.typed(z.array(z.number()).refine(async () => true))
    const add = (item: number) => lists.update('k', (items = []) => [...items, item])
    await Promise.all([1, 2, 3, 4, 5].map(add))
    expect(await lists.get('k')).toHaveLength(5)
  })

  test('may be a constant of a module, and belongs to whichever invocation uses it', async () => {
    const preferences = persistent_store.typed(schemas.zod)
    class Remember extends Tool {
      async invoke() {
        await preferences.set('ada', { theme: 'dark' })
      }
    }
    const definition = definePlugin({ tools: { remember: Remember } })
    const [one, other] = [testPlugin(definition), testPlugin(definition)]
    await one.run('remember')
    expect(await one.persistent_store.exists('ada')).toBe(true)
    expect(await other.persistent_store.exists('ada')).toBe(false)
    expect(await caught(preferences.get('ada'))).toMatchObject({ code: 'NO_INVOCATION' })
  })
})

describe('a typed store by key', () => {
  const byKey = { prefs: schemas.zod, cursor: z.string().nullable(), count: z.number() }

  test('has a schema for each of its keys', async () => {
    const { persistent_store: json } = setUp()
    const store = json.typed(byKey)
    await store.setMany({ prefs: { theme: 'light' }, cursor: null })
    await store.setMany([['count', 1]])
    expect(await store.increment('count')).toBe(2)
    expect(await store.getMany(['cursor', 'prefs', 'count'])).toEqual(
      new Map<string, unknown>([
        ['cursor', null],
        ['prefs', { theme: 'light', size: 12 }],
        ['count', 2],
      ]),
    )
    expect(await caught(store.set('cursor', 5 as never))).toMatchObject({
      code: 'INVALID_VALUE',
      context: { key: 'cursor', paths: ['$'] },
    })
    const [entry] = (await store.watch(['count']).next()).value ?? []
    expect(entry?.value).toBe(2)
  })

  test('has no other keys, and lists by any prefix', async () => {
    const { persistent_store: json } = setUp()
    const store = json.typed(byKey)
    await json.set('count/other', 1)
    for (const call of [
      () => store.get('other' as never),
      () => store.set('other' as never, 1 as never),
      () => store.delete('toString' as never),
      () => store.getMany(['other' as never]),
      () => store.watch(['other' as never]).next(),
    ]) {
      const error = await caught(call())
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(error.message).toContain('prefs, cursor, count')
    }
    expect(await Array.fromAsync(store.keys({ prefix: 'count/' }))).toEqual(['count/other'])
    expect(await caught(store.list({ prefix: 'a:' }))).toMatchObject({ code: 'INVALID_KEY' })
  })
})

describe('typed refuses', () => {
  test.each([
    [undefined, 'WRONG_TYPE'],
    ['schema', 'WRONG_TYPE'],
    [{ key: {} }, 'WRONG_TYPE'],
    [{ key: null }, 'WRONG_TYPE'],
    [{ 'a:b': schemas.zod }, 'INVALID_KEY'],
  ])('what is no schema: %o', async (given, code) => {
    expect(await thrown(() => persistent_store.typed(given as never))).toMatchObject({ code })
  })

  test.each([
    [schemas.zod, {}, 'WRONG_TYPE'],
    [schemas.zod, null, 'WRONG_TYPE'],
    [{ k: schemas.zod }, () => ({}), 'WRONG_TYPE'],
    [{ k: schemas.zod }, { k: 1 }, 'WRONG_TYPE'],
    [{ k: schemas.zod }, { other: () => ({}) }, 'INVALID_ARGUMENT'],
    [{ k: schemas.zod }, { toString: () => ({}) }, 'INVALID_ARGUMENT'],
  ])('what is no migration of it: %o, %o', async (given, migration, code) => {
    const store = persistent_store.typed(given as { k: typeof schemas.zod })
    const migrating = (): unknown => store.withMigration(migration as never)
    expect(await thrown(migrating)).toMatchObject({ code })
  })
})
