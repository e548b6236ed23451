import { decodeCursor, encodeCursor } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const listMutants: readonly Mutant[] = [
  {
    name: 'matches prefixes with LIKE',
    caughtBy: ['list.prefix-literal'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, { prefix, keysOnly }) {
          const quoted = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
          const pattern = new RegExp(`^${quoted.replaceAll('%', '.*').replaceAll('_', '.')}`, 'su')
          const entries = await listWhole(driver, scope, { keysOnly })
          return { entries: entries.filter(({ key }) => pattern.test(key)), cursor: null }
        },
      }),
  },
  {
    name: 'takes the keys below a prefix only',
    caughtBy: ['list.prefix-siblings'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          return { ...page, entries: page.entries.filter(({ key }) => key !== query.prefix) }
        },
      }),
  },
  {
    name: 'orders keys by their UTF-16 units',
    caughtBy: ['list.order'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, { prefix, keysOnly }) {
          const entries = await listWhole(driver, scope, { prefix, keysOnly })
          const sorted = entries.toSorted((left, right) => (left.key < right.key ? -1 : 1))
          return { entries: sorted, cursor: null }
        },
      }),
  },
  {
    name: 'ends a listing after its first page',
    caughtBy: ['paging.whole'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: async (scope, query, options) => ({
          ...(await driver.list(scope, query, options)),
          cursor: null,
        }),
      }),
  },
  {
    name: 'lists no more than a thousand entries',
    caughtBy: ['paging.many'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query) {
          const all = (await listWhole(driver, scope, query)).slice(0, 1_000)
          const start = query.cursor === null ? 0 : Number(decodeCursor(query.cursor, 1)[0])
          const end = start + query.limit
          const cursor = end < all.length ? encodeCursor([`${end}`]) : null
          return { entries: all.slice(start, end), cursor }
        },
      }),
  },
  {
    name: 'pages by counting entries',
    caughtBy: ['paging.among-writes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query) {
          const all = await listWhole(driver, scope, query)
          const start = query.cursor === null ? 0 : Number(decodeCursor(query.cursor, 1)[0])
          const end = start + query.limit
          const cursor = end < all.length ? encodeCursor([`${end}`]) : null
          return { entries: all.slice(start, end), cursor }
        },
      }),
  },
]
