import {
  type Entry,
  parsePluginId,
  parseWorkspaceId,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type StoreName,
  storeNames,
  type Version,
  versionMismatch,
} from '@holdfast/core'
import { changeCommits, versionOf } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'
import { scopeListMutants } from './scope-list-mutants.ts'

export const scopeMutants: readonly Mutant[] = [
  {
    name: 'keeps all workspaces in one',
    caughtBy: ['scopes.apart'],
    wrap: (driver) =>
      mapTargets(driver, ({ plugin }) => ({ workspace: parseWorkspaceId('everyone'), plugin })),
  },
  {
    name: 'joins the ids of a scope with nothing between them',
    caughtBy: ['scopes.apart'],
    wrap: (driver) =>
      mapTargets(driver, ({ workspace, plugin }) => ({
        workspace: parseWorkspaceId('everyone'),
        plugin: parsePluginId(`${workspace}${plugin}`.toLowerCase().slice(0, 64)),
      })),
  },
  {
    name: 'folds the case of workspaces',
    caughtBy: ['scopes.apart'],
    wrap: (driver) =>
      mapTargets(driver, ({ workspace, plugin }) => ({
        workspace: parseWorkspaceId(workspace.toLowerCase()),
        plugin,
      })),
  },
  {
    name: 'deletes a key from both stores',
    caughtBy: ['scopes.apart', 'commit.both-stores'],
    wrap: (driver) =>
      changeCommits(driver, (commit) => {
        const isPut = (store: StoreName, key: StorageKey): boolean =>
          commit.puts.some((put) => put.store === store && put.key === key)
        const deletes = [...new Set(commit.deletes.map(({ key }) => key))].flatMap((key) =>
          storeNames.filter((store) => !isPut(store, key)).map((store) => ({ store, key })),
        )
        return { ...commit, deletes }
      }),
  },
  {
    name: 'remembers versions by their key alone',
    caughtBy: ['scopes.checks-apart'],
    wrap(driver) {
      const versions = new Map<StorageKey, Version>()
      return changeCommits(driver, (commit) => {
        for (const { key, version } of commit.puts) versions.set(key, version)
        const checks = commit.checks.filter(({ key, version }) => versions.get(key) !== version)
        return { ...commit, checks }
      })
    },
  },
  {
    name: 'looks in both stores for what must be absent',
    caughtBy: ['scopes.checks-apart'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        for (const check of commit.checks) {
          const store = check.store === 'storage' ? 'persistent_store' : 'storage'
          const version = await versionOf(driver, target, { ...check, store })
          if (check.version === null && version !== null) throw versionMismatch(check, version)
        }
        return commit
      }),
  },
  {
    name: 'looks in both stores for a version',
    caughtBy: ['scopes.checks-apart'],
    wrap: (driver) =>
      changeCommits(driver, async (commit, target) => {
        const checks = []
        for (const check of commit.checks) {
          const store = check.store === 'storage' ? 'persistent_store' : 'storage'
          const elsewhere = await versionOf(driver, target, { ...check, store })
          if (check.version === null || elsewhere !== check.version) checks.push(check)
        }
        return { ...commit, checks }
      }),
  },
  {
    name: 'reads a key once for all who ask for it at a moment, of whatever scope',
    caughtBy: ['scopes.apart-at-once'],
    wrap(driver) {
      const reads = new Map<StorageKey, Promise<Entry | null>>()
      const read = async (scope: Scope, key: StorageKey): Promise<Entry | null> => {
        const [entry = null] = await driver.get(scope, [key])
        reads.delete(key)
        return entry
      }
      return overrideDriver(driver, {
        get: (scope, keys) =>
          Promise.all(
            keys.map((key) => {
              const entry = reads.get(key) ?? read(scope, key)
              reads.set(key, entry)
              return entry
            }),
          ),
      })
    },
  },
  {
    name: 'writes a key of the same name where somebody else does at the moment',
    caughtBy: ['scopes.apart-at-once'],
    wrap(driver) {
      const targets = new Map<StorageKey, PluginScope>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const key = commit.puts[0]?.key
          const first = (key && targets.get(key)) ?? target
          if (key !== undefined) targets.set(key, first)
          await driver.commit(first, commit, options)
          if (key !== undefined) targets.delete(key)
        },
      })
    },
  },
  ...scopeListMutants,
]

/** A driver that keeps what it is given for one plugin and workspace under others. */
function mapTargets(
  driver: StorageDriver,
  map: (target: PluginScope) => PluginScope,
): StorageDriver {
  const mapScope = ({ store, ...target }: Scope): Scope => ({ ...map(target), store })
  return overrideDriver(driver, {
    get: (scope, keys, options) => driver.get(mapScope(scope), keys, options),
    commit: (target, commit, options) => driver.commit(map(target), commit, options),
    list: (scope, query, options) => driver.list(mapScope(scope), query, options),
    usage: (scope, options) => driver.usage(mapScope(scope), options),
    clear: (scope, options) => driver.clear(mapScope(scope), options),
  })
}
