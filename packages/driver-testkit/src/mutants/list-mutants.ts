import { compareKeys, type StorageDriver } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'
import { pageByLastKey } from './page-by-last-key.ts'

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
    name: 'takes a prefix that no key has for none',
    caughtBy: ['list.nothing'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          if (page.entries.length > 0) return page
          return await driver.list(scope, { ...query, prefix: '' }, options)
        },
      }),
  },
  {
    name: 'matches prefixes in whatever case',
    caughtBy: ['list.prefix-exact'],
    wrap: (driver) =>
      filterByPrefix(driver, (key, prefix) => key.toLowerCase().startsWith(prefix.toLowerCase())),
  },
  {
    name: 'matches prefixes in whatever normal form',
    caughtBy: ['list.prefix-exact'],
    wrap: (driver) =>
      filterByPrefix(driver, (key, prefix) => key.normalize().startsWith(prefix.normalize())),
  },
  {
    name: 'ends a prefix at U+FFFF, as if no character came after it',
    caughtBy: ['list.prefix-edges'],
    wrap: (driver) =>
      filterByPrefix(
        driver,
        (key, prefix) => compareKeys(key, prefix) >= 0 && compareKeys(key, `${prefix}\uffff`) <= 0,
      ),
  },
  {
    name: 'leaves the size out with the value',
    caughtBy: ['list.keys-only'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          if (!query.keysOnly) return page
          return { ...page, entries: page.entries.map((entry) => ({ ...entry, size: 0 })) }
        },
      }),
  },
  {
    name: 'gives values whether they are asked for or not',
    caughtBy: ['list.keys-only'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: (scope, query, options) => driver.list(scope, { ...query, keysOnly: false }, options),
      }),
  },
  {
    name: 'gives the entry by which it knows that there is a next page',
    caughtBy: ['list.limit'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: (scope, query, options) =>
          driver.list(scope, { ...query, limit: Math.min(query.limit + 1, 1_000) }, options),
      }),
  },
  {
    name: 'takes a limit that is not allowed for the nearest that is',
    caughtBy: ['list.limit-bounds'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: (scope, query, options) => {
          const limit = Math.min(Math.max(Math.trunc(query.limit) || 1, 1), 1_000)
          return driver.list(scope, { ...query, limit }, options)
        },
      }),
  },
  {
    name: 'gives pages of whatever weight',
    caughtBy: ['list.heavy-pages'],
    wrap: (driver) => pageByLastKey(driver, (key, lastKey) => compareKeys(key, lastKey) > 0),
  },
]

/** A driver that lists all in one page, and chooses by itself what has a prefix. */
function filterByPrefix(
  driver: StorageDriver,
  hasPrefix: (key: string, prefix: string) => boolean,
): StorageDriver {
  return overrideDriver(driver, {
    async list(scope, { prefix, keysOnly }) {
      const entries = await listWhole(driver, scope, { keysOnly })
      return { entries: entries.filter(({ key }) => hasPrefix(key, prefix)), cursor: null }
    },
  })
}
