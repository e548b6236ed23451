import { compareKeys } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'
import { pageByItself } from './page-by-itself.ts'

export const listMutants: readonly Mutant[] = [
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
    name: 'matches prefixes with LIKE',
    caughtBy: ['list.prefix-literal'],
    wrap: (driver) =>
      pageByItself(driver, {
        hasPrefix(key, prefix) {
          const quoted = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
          const pattern = quoted.replaceAll('%', '.*').replaceAll('_', '.')
          return new RegExp(`^${pattern}`, 'su').test(key)
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
    name: 'matches prefixes in whatever case',
    caughtBy: ['list.prefix-exact'],
    wrap: (driver) =>
      pageByItself(driver, {
        hasPrefix: (key, prefix) => key.toLowerCase().startsWith(prefix.toLowerCase()),
      }),
  },
  {
    name: 'matches prefixes in whatever normal form',
    caughtBy: ['list.prefix-exact'],
    wrap: (driver) =>
      pageByItself(driver, {
        hasPrefix: (key, prefix) => key.normalize().startsWith(prefix.normalize()),
      }),
  },
  {
    name: 'ends a prefix at U+FFFF, as if no character came after it',
    caughtBy: ['list.prefix-edges'],
    wrap: (driver) =>
      pageByItself(driver, {
        hasPrefix: (key, prefix) =>
          compareKeys(key, prefix) >= 0 && compareKeys(key, `${prefix}\uffff`) <= 0,
      }),
  },
  {
    name: 'orders keys by their UTF-16 units',
    caughtBy: ['list.order'],
    wrap: (driver) =>
      pageByItself(driver, {
        compare: (left, right) => Number(left > right) - Number(left < right),
      }),
  },
  {
    name: 'orders keys as a language does',
    caughtBy: ['list.order'],
    wrap: (driver) =>
      pageByItself(driver, {
        compare: (left, right) => left.localeCompare(right, 'en') || compareKeys(left, right),
      }),
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
    wrap: (driver) => pageByItself(driver, { maxPageBytes: Infinity }),
  },
]
