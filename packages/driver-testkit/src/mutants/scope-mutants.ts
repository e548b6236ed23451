import {
  decodeCursor,
  encodeCursor,
  limits,
  parsePluginId,
  parseWorkspaceId,
  type PluginScope,
  type Scope,
  type ScopesQuery,
  type ScopeUsage,
  type StorageDriver,
  type StorageKey,
  type StoreName,
  storeNames,
  type Version,
  versionMismatch,
} from '@holdfast/core'
import { changeCommits, versionOf } from './change-calls.ts'
import { likePattern } from './like-pattern.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

const everything = { workspace: null, plugin: null, limit: limits.maxListLimit } as const

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
    name: 'lists with each scope the usage of its plugin',
    caughtBy: ['scopes.listed'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async scopes(query, options) {
          const { scopes, cursor } = await driver.scopes(query, options)
          const listed = scopes.map(async ({ scope }) => {
            const both = await allScopes(driver, scope)
            const entries = both.reduce((sum, { usage }) => sum + usage.entries, 0)
            const bytes = both.reduce((sum, { usage }) => sum + usage.bytes, 0)
            return { scope, usage: { entries, bytes } }
          })
          return { scopes: await Promise.all(listed), cursor }
        },
      }),
  },
  {
    name: 'lists scopes without their usage',
    caughtBy: ['scopes.listed'],
    wrap: (driver) =>
      changeScopes(driver, (all) =>
        all.map(({ scope }) => ({ scope, usage: { entries: 0, bytes: 0 } })),
      ),
  },
  {
    name: 'lists scopes in the order of a language',
    caughtBy: ['scopes.order'],
    wrap: (driver) =>
      changeScopes(driver, (all) =>
        all.toSorted((left, right) => textOf(left).localeCompare(textOf(right), 'en')),
      ),
  },
  {
    name: 'lists scopes by their plugin first',
    caughtBy: ['scopes.order'],
    wrap: (driver) =>
      changeScopes(driver, (all) =>
        all.toSorted((left, right) => (left.scope.plugin < right.scope.plugin ? -1 : 1)),
      ),
  },
  {
    name: 'lists storage before persistent_store',
    caughtBy: ['scopes.order'],
    wrap: (driver) =>
      changeScopes(driver, (all) =>
        all.toSorted((left, right) => {
          const isOfOne = pluginOf(left) === pluginOf(right)
          if (!isOfOne) return all.indexOf(left) - all.indexOf(right)
          return left.scope.store < right.scope.store ? 1 : -1
        }),
      ),
  },
  {
    name: 'lists scopes that were emptied',
    caughtBy: ['scopes.emptied'],
    wrap(driver) {
      const known = new Map<string, Scope>()
      const writer = overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { store } of commit.puts) {
            known.set(`${target.workspace} ${target.plugin} ${store}`, { ...target, store })
          }
        },
      })
      return changeScopes(writer, (all) => {
        const held = new Map(all.map((listed) => [textOf(listed), listed]))
        const usage = { entries: 0, bytes: 0 }
        return [...known].map(([text, scope]) => held.get(text) ?? { scope, usage })
      })
    },
  },
  {
    name: 'heeds a plugin only where no workspace is named',
    caughtBy: ['scopes.filtered'],
    wrap: (driver) =>
      overrideDriver(driver, {
        scopes: (query, options) =>
          driver.scopes({ ...query, plugin: query.workspace ? null : query.plugin }, options),
      }),
  },
  {
    name: 'finds workspaces with LIKE',
    caughtBy: ['scopes.filtered'],
    wrap: (driver) =>
      changeScopes(driver, (all, { workspace, plugin }) =>
        all.filter(
          ({ scope }) =>
            likePattern(workspace ?? '%').test(scope.workspace) &&
            (plugin ?? scope.plugin) === scope.plugin,
        ),
      ),
  },
  {
    name: 'finds plugins by their beginning',
    caughtBy: ['scopes.filtered'],
    wrap: (driver) =>
      changeScopes(driver, (all, { workspace, plugin }) =>
        all.filter(
          ({ scope }) =>
            (workspace ?? scope.workspace) === scope.workspace &&
            scope.plugin.startsWith(plugin ?? ''),
        ),
      ),
  },
  {
    name: 'ends the listing of scopes after a page',
    caughtBy: ['scopes.paged'],
    wrap: (driver) =>
      overrideDriver(driver, {
        scopes: async (query, options) => ({
          ...(await driver.scopes(query, options)),
          cursor: null,
        }),
      }),
  },
  {
    name: 'lists one scope more than a page may have',
    caughtBy: ['scopes.paged'],
    wrap: (driver) =>
      overrideDriver(driver, {
        scopes: (query, options) =>
          driver.scopes(
            { ...query, limit: Math.min(query.limit + 1, limits.maxListLimit) },
            options,
          ),
      }),
  },
  {
    name: 'goes on after a page with the next plugin',
    caughtBy: ['scopes.paged'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async scopes({ cursor, limit }) {
          const all = await allScopes(driver)
          const after = cursor === null ? '' : decodeCursor(cursor, 1).join()
          const start = 1 + all.findLastIndex((listed) => pluginOf(listed) === after)
          const page = all.slice(start, start + limit)
          const last = page.at(-1)
          const isLast = last === undefined || start + limit >= all.length
          return { scopes: page, cursor: isLast ? null : encodeCursor([pluginOf(last)]) }
        },
      }),
  },
  {
    name: 'lists scopes with whatever limit comes next',
    caughtBy: ['scopes.limit-bounds'],
    wrap: (driver) =>
      overrideDriver(driver, {
        scopes(query, options) {
          const limit = Math.min(Math.max(Math.trunc(query.limit) || 1, 1), limits.maxListLimit)
          return driver.scopes({ ...query, limit }, options)
        },
      }),
  },
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

/** A driver that lists other scopes than there are. What it makes of all of them comes in pages. */
function changeScopes(
  driver: StorageDriver,
  change: (all: readonly ScopeUsage[], query: ScopesQuery) => readonly ScopeUsage[],
): StorageDriver {
  return overrideDriver(driver, {
    async scopes(query) {
      const all = change(await allScopes(driver), query)
      const start = query.cursor === null ? 0 : Number(decodeCursor(query.cursor, 1)[0])
      const end = start + query.limit
      const cursor = end < all.length ? encodeCursor([`${end}`]) : null
      return { scopes: all.slice(start, end), cursor }
    },
  })
}

/** All scopes, or those of one plugin in one workspace. No check has more than a page of them. */
async function allScopes(
  driver: StorageDriver,
  target: Partial<PluginScope> = {},
): Promise<readonly ScopeUsage[]> {
  const { workspace = null, plugin = null } = target
  return (await driver.scopes({ ...everything, workspace, plugin, cursor: null })).scopes
}

function textOf({ scope }: ScopeUsage): string {
  return `${pluginOf({ scope })} ${scope.store}`
}

function pluginOf({ scope }: Pick<ScopeUsage, 'scope'>): string {
  return `${scope.workspace} ${scope.plugin}`
}
