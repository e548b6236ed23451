import type { Cursor, ListPage } from '@holdfast/core'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sortedByUtf8 } from '../key-order.ts'
import { movableClock, sharedStore, survivesClose } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'

export const pagingChecks: readonly ConformanceCheck[] = [
  {
    id: 'paging.whole',
    promises: ['11.1'],
    title: 'The pages together are the whole listing, each key once, whatever the limit.',
    async run({ store, expect }) {
      const keys = numbered(24)
      await store.putMany([...keys, 'other'])
      for (const limit of [1, 2, 5, 8, 23, 24, 25]) {
        expect(await store.keys({ prefix: 'key', limit })).toEqual(keys)
        expect(await store.keys({ prefix: 'key', limit, keysOnly: false })).toEqual(keys)
      }
    },
  },
  {
    id: 'paging.ends',
    promises: ['11.1'],
    title: 'A listing comes to its end, also where the last page is full.',
    async run({ store, expect }) {
      await store.putMany(numbered(6))
      for (const limit of [2, 3, 6]) {
        let cursor: Cursor | null = null
        let pages = 0
        do cursor = (await store.list({ cursor, limit, keysOnly: true })).cursor
        while (cursor !== null && ++pages < 100)
        expect(cursor).toBe(null)
      }
    },
  },
  {
    id: 'paging.neighbours',
    promises: ['11.1'],
    title: 'No key is passed over, however close it comes after the one where a page ended.',
    async run({ store, expect }) {
      const keys = ['a', 'a\u0001', 'a\u0001\u0001', 'a\u0001a', 'a ', 'a!', 'a\u{10ffff}', 'b']
      await store.putMany(keys)
      for (const limit of [1, 2, 3]) expect(await store.keys({ limit })).toEqual(keys)
    },
  },
  {
    id: 'paging.any-key',
    promises: ['1.1', '11.1'],
    title: 'A page may end with any key, whatever is in it and however long it is.',
    async run({ store, expect }) {
      const hostile =
        'a: a:b a|b a,b a;b a/b a#b a&b=c a%00 a+b "a" \'a\' a\\b a\nb a\tb é \u{1f600}'
      const long = 'x'.repeat(511)
      const keys = sortedByUtf8([...hostile.split(' '), 'a', 'a b', `${long}1`, `${long}2`])
      await store.putMany(keys)
      for (let limit = 1; limit < keys.length; limit++) {
        const { cursor, entries } = await store.list({ limit, keysOnly: true })
        expect(await keysFrom(store, cursor)).toEqual(keys.slice(entries.length))
      }
    },
  },
  {
    id: 'paging.many',
    promises: ['11.1'],
    title: 'A listing of thousands of keys has them all.',
    async run({ store, expect }) {
      const keys = numbered(2_500)
      await store.putMany(keys)
      expect(await store.keys()).toEqual(keys)
      expect(await store.keys({ limit: 900 })).toEqual(keys)
    },
  },
  {
    id: 'paging.among-writes',
    promises: ['11.2'],
    title: 'A key that stays is listed once, whatever is written to others between the pages.',
    async run({ store, expect }) {
      const keys = numbered(40)
      const staying = keys.filter((_, index) => index % 2 === 0)
      const leaving = keys.filter((_, index) => index % 2 === 1)
      await store.putMany(keys)

      const listed: string[] = []
      let cursor: Cursor | null = null
      do {
        const page: ListPage = await store.list({ cursor, limit: 3, keysOnly: true })
        listed.push(...page.entries.map(({ key }) => key))
        cursor = page.cursor
        const last = listed.at(-1) ?? ''
        await store.putMany([
          `${last}!`,
          `a${last}`,
          `z${last}`,
          staying[0] ?? '',
          staying.at(-1) ?? '',
        ])
        const gone = leaving.filter((key) => key === last).concat(leaving.pop() ?? 'none')
        await store.delete(...new Set(gone))
      } while (cursor !== null && listed.length < 200)

      expect(listed.filter((key) => staying.includes(key))).toEqual(staying)
      expect(listed).toEqual([...new Set(listed)].toSorted())
    },
  },
  {
    id: 'paging.same-cursor',
    promises: ['11.3'],
    title: 'A cursor stays good: used again, and after other writes, it leads to the same place.',
    async run({ store, expect }) {
      const keys = numbered(10)
      await store.putMany(keys)
      const { cursor, entries } = await store.list({ limit: 5 })
      const rest = keys.slice(entries.length)
      for (let round = 0; round < 3; round++) {
        expect(await keysFrom(store, cursor)).toEqual(rest)
        await store.putMany(keys, `round ${round}`)
        await store.delete(...keys.slice(0, 2))
      }
    },
  },
  {
    id: 'paging.last-key-gone',
    promises: ['11.3'],
    title:
      'A cursor stays good when the key where the page ended is gone, and those beside it too.',
    async run({ store, expect }) {
      const keys = numbered(10)
      await store.putMany(keys)
      const { cursor, entries } = await store.list({ limit: 5 })
      const rest = keys.slice(entries.length)
      await store.delete(...entries.slice(-1).map(({ key }) => key))
      expect(await keysFrom(store, cursor)).toEqual(rest)
      await store.delete(...entries.map(({ key }) => key), ...rest.slice(0, 1))
      expect(await keysFrom(store, cursor)).toEqual(rest.slice(1))
    },
  },
  {
    id: 'paging.old-cursor',
    promises: ['11.3'],
    title: 'A cursor stays good for as long as one likes.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const keys = numbered(10)
      await store.putMany(keys)
      const { cursor, entries } = await store.list({ limit: 5 })
      for (const ms of [600_001, 7 * 86_400_000]) {
        clock.advance(ms)
        expect(await keysFrom(store, cursor)).toEqual(keys.slice(entries.length))
      }
    },
  },
  {
    id: 'paging.reopened',
    promises: ['11.3'],
    title: 'A cursor stays good when the store is closed and opened again.',
    needs: [survivesClose],
    async run({ store, driver, at, openDriver, expect }) {
      const keys = numbered(10)
      await store.putMany(keys)
      const { cursor, entries } = await store.list({ limit: 5 })
      await driver.close()
      const other = at({}, await openDriver())
      expect(await keysFrom(other, cursor)).toEqual(keys.slice(entries.length))
    },
  },
  {
    id: 'paging.shared',
    promises: ['11.3'],
    title: 'A cursor that one driver gave is good for another on the same store.',
    needs: [sharedStore],
    async run({ store, at, openDriver, expect }) {
      const keys = numbered(10)
      await store.putMany(keys)
      const { cursor, entries } = await store.list({ limit: 5 })
      const other = at({}, await openDriver())
      expect(await keysFrom(other, cursor)).toEqual(keys.slice(entries.length))
    },
  },
  {
    id: 'paging.other-prefix',
    promises: ['11.4'],
    title: 'A cursor of another listing leads to no key without the prefix that is asked for.',
    async run({ store, expect }) {
      await store.putMany(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])
      for (const prefix of ['a', 'c']) {
        const { cursor } = await store.list({ prefix, limit: 1 })
        const listed = await keysFrom(store, cursor, 'b')
        const strays =
          typeof listed === 'string' ? listed : listed.filter((key) => !key.startsWith('b'))
        expect(strays === 'INVALID_CURSOR' ? [] : strays).toEqual([])
      }
    },
  },
  {
    id: 'paging.other-scope',
    promises: ['4.1', '11.4'],
    title: 'A cursor of another scope leads to no entry of that scope.',
    async run({ at, store, expect }) {
      await store.putMany(['own 1', 'own 2', 'own 3'])
      const others = [
        at({ workspace: 'other' }),
        at({ plugin: 'other' }),
        at({ store: 'persistent_store' }),
      ]
      for (const other of others) {
        await other.putMany(['foreign 1', 'foreign 2', 'foreign 3', 'zz foreign'])
        const { cursor } = await other.list({ limit: 1 })
        const listed = await keysFrom(store, cursor)
        expect(listed.includes('foreign 2') || listed.includes('zz foreign')).toBe(false)
      }
    },
  },
  {
    id: 'paging.invalid-cursor',
    promises: ['11.4'],
    title: 'What is no cursor of a listing is refused with INVALID_CURSOR.',
    async run({ store, driver, expect }) {
      await store.putMany(numbered(3))
      const query = { workspace: null, plugin: null, limit: 1 }
      for (const text of [
        '',
        'garbage',
        'bm90IGEgY3Vyc29y',
        '!',
        '\u{1f600}',
        'x'.repeat(10_000),
      ]) {
        const cursor = text as Cursor
        expect(await outcomeOf(store.list({ cursor }))).toBe('INVALID_CURSOR')
        expect(await outcomeOf(driver.scopes({ ...query, cursor }))).toBe('INVALID_CURSOR')
      }
    },
  },
]

/** What is listed from a cursor on, or the code of the error if it is not taken. */
async function keysFrom(
  store: ScopeHandle,
  cursor: Cursor | null,
  prefix = '',
): Promise<readonly string[] | string> {
  const listing = store.keys({ prefix, cursor })
  const outcome = await outcomeOf(listing)
  return outcome === 'resolved' ? await listing : outcome
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `key ${`${index}`.padStart(5, '0')}`)
}
