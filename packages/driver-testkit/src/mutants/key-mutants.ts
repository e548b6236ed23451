import { MisuseError, parseStorageKey, type StorageDriver, type StorageKey } from '@holdfast/core'
import { changeCommits, changePuts } from './change-calls.ts'
import { likePattern } from './like-pattern.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

export const keyMutants: readonly Mutant[] = [
  {
    name: 'folds the case of keys',
    caughtBy: ['keys.case'],
    wrap: (driver) => mapKeys(driver, (key) => key.toLowerCase()),
  },
  {
    name: 'normalizes keys',
    caughtBy: ['keys.normal-forms'],
    wrap: (driver) => mapKeys(driver, (key) => key.normalize()),
  },
  {
    name: 'trims keys',
    caughtBy: ['keys.blanks'],
    wrap: (driver) => mapKeys(driver, (key) => key.trim() || key),
  },
  {
    name: 'takes keys for paths',
    caughtBy: ['keys.paths'],
    wrap: (driver) => mapKeys(driver, (key) => key.replaceAll(/\/+/g, '/')),
  },
  {
    name: 'cuts long keys off',
    caughtBy: ['keys.longest'],
    wrap: (driver) => mapKeys(driver, (key) => key.slice(0, 256)),
  },
  {
    name: 'refuses keys that no file may be named by',
    caughtBy: ['keys.blanks', 'keys.paths'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const illegal = commit.puts.find(({ key }) => /^\.\.?$|\p{Cc}/u.test(key))
        if (illegal !== undefined) throw new MisuseError('INVALID_KEY', 'No file has this name.')
        return commit
      }),
  },
  {
    name: 'doubles the quotes in keys',
    caughtBy: ['keys.metacharacters'],
    wrap: (driver) => mapKeys(driver, (key) => key.replaceAll("'", "''")),
  },
  {
    name: 'decodes keys as parts of a URL',
    caughtBy: ['keys.metacharacters'],
    wrap: (driver) => mapKeys(driver, (key) => key.replaceAll('%20', ' ').replaceAll(/%2F/gi, '/')),
  },
  {
    name: 'deletes with LIKE',
    caughtBy: ['keys.metacharacters'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const deletes = await Promise.all(
          commit.deletes.map(async ({ store, key }) => {
            const entries = await listWhole(driver, { ...target, store }, { keysOnly: true })
            const pattern = likePattern(key)
            return entries.filter((entry) => pattern.test(entry.key)).map((entry) => entry.key)
          }),
        )
        const store = commit.deletes[0]?.store ?? 'storage'
        const keys = new Set(deletes.flat())
        return { ...commit, deletes: Array.from(keys, (key) => ({ store, key })) }
      }),
  },
  {
    name: 'keeps three bytes of a character at most',
    caughtBy: ['keys.planes'],
    wrap: (driver) =>
      mapKeys(driver, (key) => key.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '\ufffd')),
  },
  {
    name: 'takes keys for numbers where it can',
    caughtBy: ['keys.program-words'],
    wrap: (driver) =>
      mapKeys(driver, (key) => (Number.isFinite(Number(key)) ? `${Number(key)}` : key)),
  },
  {
    name: 'finds in its objects what they inherit',
    caughtBy: ['keys.program-words'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => ({
        ...commit,
        puts: commit.puts.filter(({ key }) => !(key in {})),
      })),
  },
  {
    name: 'folds the case of keys in persistent_store',
    caughtBy: ['keys.both-stores'],
    wrap: (driver) =>
      changePuts(driver, (put) =>
        put.store === 'storage' ? put : { ...put, key: parseStorageKey(put.key.toLowerCase()) },
      ),
  },
]

function mapKeys(driver: StorageDriver, change: (key: StorageKey) => string): StorageDriver {
  const map = (key: StorageKey): StorageKey => parseStorageKey(change(key))
  const mapEach = <Item extends { readonly key: StorageKey }>(items: readonly Item[]): Item[] =>
    items.map((item) => ({ ...item, key: map(item.key) }))
  return overrideDriver(driver, {
    get: (scope, keys, options) => driver.get(scope, keys.map(map), options),
    commit: (target, { checks, puts, deletes, quota }, options) =>
      driver.commit(
        target,
        { checks: mapEach(checks), puts: mapEach(puts), deletes: mapEach(deletes), quota },
        options,
      ),
  })
}
