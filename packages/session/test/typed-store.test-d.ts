import {
  type JsonEntry,
  type JsonValue,
  persistent_store,
  type StoredInput,
  type Version,
} from '@holdfast/session'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'

interface Preferences {
  theme: 'dark' | 'light'
  size: number
}

const byZod = z.object({ theme: z.enum(['dark', 'light']), size: z.number().default(12) })
const byValibot = v.object({
  theme: v.picklist(['dark', 'light']),
  size: v.optional(v.number(), 12),
})
const byArkType = type({ theme: "'dark' | 'light'", size: 'number = 12' })

describe('a typed store', () => {
  test('reads what a zod schema makes, and takes what it takes', () => {
    const store = persistent_store.typed(byZod)
    expectTypeOf(store.get('k')).resolves.toEqualTypeOf<Preferences | undefined>()
    expectTypeOf(store.getEntry('k')).resolves.toEqualTypeOf<JsonEntry<Preferences> | undefined>()
    expectTypeOf(store.set('k', { theme: 'dark' })).resolves.toEqualTypeOf<Version>()
    void store.set('k', { theme: 'dark', size: 1 })
    void store.setMany({ a: { theme: 'dark' }, b: { theme: 'light', size: 1 } })
    void store.setMany([['a', { theme: 'dark' }]])
    void store.setMany(new Map([['a', { theme: 'dark' as const }]]))
    // @ts-expect-error no such theme
    void store.set('k', { theme: 'sepia' })
    // @ts-expect-error no theme
    void store.set('k', {})
    // @ts-expect-error no such theme
    void store.setMany({ a: { theme: 'sepia' } })
  })

  test('reads what a valibot schema makes, and takes what it takes', () => {
    const store = persistent_store.typed(byValibot)
    expectTypeOf(store.get('k')).resolves.toEqualTypeOf<Preferences | undefined>()
    void store.set('k', { theme: 'dark' })
    // @ts-expect-error no such theme
    void store.set('k', { theme: 'sepia' })
  })

  test('reads what an ArkType schema makes, and takes what it takes', () => {
    const store = persistent_store.typed(byArkType)
    expectTypeOf(store.get('k')).resolves.toEqualTypeOf<Preferences | undefined>()
    void store.set('k', { theme: 'dark' })
    // @ts-expect-error no such theme
    void store.set('k', { theme: 'sepia' })
  })

  test('updates from what the schema makes to what it takes', () => {
    const store = persistent_store.typed(byZod)
    const updating = store.update('k', (current) => {
      expectTypeOf(current).toEqualTypeOf<Preferences | undefined>()
      return { theme: 'dark' }
    })
    expectTypeOf(updating).resolves.toEqualTypeOf<Preferences>()
    const moments = persistent_store.typed(
      z.object({ at: z.iso.datetime().transform((text) => new Date(text)) }),
    )
    void moments.update('k', (current) => ({ at: (current?.at ?? new Date(0)).toISOString() }))
    // @ts-expect-error what is read is no JSON
    void moments.update('k', (current = { at: new Date() }) => current)
    // @ts-expect-error nothing is returned
    void store.update('k', () => {})
  })

  test('takes JSON alone, whatever the schema takes', () => {
    const dates = persistent_store.typed(z.object({ at: z.date() }))
    // @ts-expect-error a Date is no JSON
    void dates.set('k', { at: new Date() })
    expectTypeOf<StoredInput<typeof byZod>>().toExtend<{ theme: 'dark' | 'light' }>()
    const anything = persistent_store.typed(z.unknown())
    expectTypeOf<StoredInput<ReturnType<typeof z.unknown>>>().toEqualTypeOf<JsonValue>()
    void anything.set('k', [null])
    const coerced = persistent_store.typed(z.object({ at: z.coerce.date() }))
    void coerced.set('k', { at: '1970-01-01' })
    void coerced.set('k', { at: null })
    // @ts-expect-error what would be coerced, but is no JSON
    void coerced.set('k', { at: new Date() })
  })

  test('is watched key by key', () => {
    const store = persistent_store.typed(byZod)
    const states = store.watch(['a', 'b'])
    expectTypeOf(states).toExtend<
      AsyncGenerator<
        readonly [JsonEntry<Preferences> | undefined, JsonEntry<Preferences> | undefined],
        void,
        void
      >
    >()
  })

  test('increments numbers alone', () => {
    expectTypeOf(persistent_store.typed(z.int()).increment('k', 2)).resolves.toEqualTypeOf<number>()
    // @ts-expect-error an object is no number
    void persistent_store.typed(byZod).increment('k')
  })

  test('migrates to what the schema takes', () => {
    const store = persistent_store.typed(byZod)
    const migrated = store.withMigration((value, issues) => {
      expectTypeOf(value).toEqualTypeOf<JsonValue>()
      expectTypeOf(issues[0]?.message).toEqualTypeOf<string | undefined>()
      return { theme: 'dark' }
    })
    expectTypeOf(migrated).toEqualTypeOf(store)
    store.withMigration(async () => ({ theme: 'dark' }))
    // @ts-expect-error no such theme
    store.withMigration(() => ({ theme: 'sepia' }))
  })
})

describe('a typed store by key', () => {
  const schemas = { prefs: byZod, cursor: byValibot.entries.theme, count: type('number') }
  const store = persistent_store.typed(schemas)

  test('has a type for each key', () => {
    // @ts-expect-error no schema
    persistent_store.typed({ key: {} })
    // @ts-expect-error no schema
    persistent_store.typed('schema')
    expectTypeOf(store.get('prefs')).resolves.toEqualTypeOf<Preferences | undefined>()
    expectTypeOf(store.get('cursor')).resolves.toEqualTypeOf<'dark' | 'light' | undefined>()
    expectTypeOf(store.get('count')).resolves.toEqualTypeOf<number | undefined>()
    void store.set('prefs', { theme: 'dark' })
    void store.setMany({ prefs: { theme: 'dark' }, count: 1 })
    void store.setMany([
      ['prefs', { theme: 'dark' }],
      ['count', 1],
    ])
    // @ts-expect-error the value of another key
    void store.set('cursor', { theme: 'dark' })
    // @ts-expect-error the value of another key
    void store.setMany({ cursor: 1 })
    // @ts-expect-error the value of another key
    void store.setMany([['cursor', 1]])
    // @ts-expect-error no such key
    void store.get('other')
    // @ts-expect-error no such key
    void store.delete('other')
  })

  test('gives many values, each of the type of its key', async () => {
    const many = await store.getMany(['prefs', 'count'])
    expectTypeOf(many.get('prefs')).toEqualTypeOf<Preferences | undefined>()
    expectTypeOf(many.get('count')).toEqualTypeOf<number | undefined>()
    const uniform = await persistent_store.typed(byZod).getMany(['a'])
    expectTypeOf(uniform.get('anything')).toEqualTypeOf<Preferences | undefined>()
    expectTypeOf(uniform).toExtend<Map<string, Preferences>>()
  })

  test('is watched with the type of each key', async () => {
    for await (const [count, prefs] of store.watch(['count', 'prefs'])) {
      expectTypeOf(count).toEqualTypeOf<JsonEntry<number> | undefined>()
      expectTypeOf(prefs).toEqualTypeOf<JsonEntry<Preferences> | undefined>()
    }
  })

  test('increments its numbers alone, and migrates by key', () => {
    expectTypeOf(store.increment('count')).resolves.toEqualTypeOf<number>()
    // @ts-expect-error no number
    void store.increment('prefs')
    expectTypeOf(store.withMigration({ prefs: () => ({ theme: 'dark' }) })).toEqualTypeOf(store)
    // @ts-expect-error no such theme
    store.withMigration({ prefs: () => ({ theme: 'sepia' }) })
    // @ts-expect-error no such key
    store.withMigration({ other: () => 1 })
  })
})
