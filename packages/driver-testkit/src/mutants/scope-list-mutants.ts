import {
  decodeCursor,
  encodeCursor,
  limits,
  type PluginScope,
  type Scope,
  type ScopesQuery,
  type ScopeUsage,
  type StorageDriver,
} from '@holdfast/core'
import { likePattern } from './like-pattern.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

const everything = { workspace: null, plugin: null, limit: limits.maxListLimit } as const

/** What goes wrong with the listing of scopes. */
export const scopeListMutants: readonly Mutant[] = [
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
  {
    name: 'pages by counting scopes',
    caughtBy: ['scopes.paged-among-writes'],
    wrap: (driver) =>
      changeScopes(driver, (all, { workspace, plugin }) =>
        all.filter(
          ({ scope }) =>
            (workspace ?? scope.workspace) === scope.workspace &&
            (plugin ?? scope.plugin) === scope.plugin,
        ),
      ),
  },
]

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
