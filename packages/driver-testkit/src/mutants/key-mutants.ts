import {
  parseStorageKey,
  parseWorkspaceId,
  type StorageDriver,
  type StorageKey,
} from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

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
    name: 'keeps all workspaces in one',
    caughtBy: ['scopes.apart'],
    wrap(driver) {
      const workspace = parseWorkspaceId('everyone')
      return overrideDriver(driver, {
        get: (scope, keys, options) => driver.get({ ...scope, workspace }, keys, options),
        commit: (target, commit, options) =>
          driver.commit({ ...target, workspace }, commit, options),
      })
    },
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
