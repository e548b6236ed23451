import {
  limits,
  type ScopesPage,
  type ScopesQuery,
  type ScopeUsage,
  type StorageDriver,
} from '@holdfast/core'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

/** Ids that begin with one another, differ in case alone or give the same text joined; in order. */
const neighbours: readonly string[] =
  `A:a a:a a:a-b a:a.b a:a_b a:aa a:bc a-b:a a_b:a aa:a ${'a'.repeat(64)}:${'a'.repeat(64)} ab:c`.split(
    ' ',
  )

const everything: ScopesQuery = { workspace: null, plugin: null, cursor: null, limit: 1_000 }

export const scopesChecks: readonly ConformanceCheck[] = [
  {
    id: 'scopes.apart',
    promises: ['4.1'],
    title: 'Workspaces, plugins and stores never see or change the entries of one another.',
    async run(bench) {
      const stores = storesOf(bench)
      for (const [index, store] of stores.entries()) await store.put('key', `value ${index}`)
      for (const [index, store] of stores.entries()) {
        bench.expect(await store.text('key')).toBe(`value ${index}`)
        bench.expect(await store.keys()).toEqual(['key'])
        bench.expect((await store.usage()).entries).toBe(1)
        await store.delete('key')
        bench.expect(await store.keys()).toEqual([])
      }
    },
  },
  {
    id: 'scopes.apart-at-once',
    promises: ['4.1'],
    title: 'Calls at once for different scopes are not taken for one another.',
    async run(bench) {
      const stores = storesOf(bench)
      const writes = stores.map((store, index) => store.put('key', `value ${index}`))
      bench.expect(await outcomeOf(Promise.all(writes))).toBe('resolved')
      bench
        .expect(await Promise.all(stores.map((store) => store.text('key'))))
        .toEqual(stores.map((_, index) => `value ${index}`))
      const [cleared, deleted, ...rest] = stores
      await Promise.all([cleared?.clear(), deleted?.delete('key')])
      bench
        .expect(await Promise.all(stores.map((store) => store.keys())))
        .toEqual([[], [], ...rest.map(() => ['key'])])
    },
  },
  {
    id: 'scopes.checks-apart',
    promises: ['4.1'],
    title: 'A check looks at its own scope alone.',
    async run({ at, store, expect }) {
      const version = await store.put('key')
      for (const other of [at({ plugin: 'other' }), at({ workspace: 'other' })]) {
        const checks = [other.checkOf('key', version)]
        expect(await outcomeOf(other.commit({ checks }))).toBe('VERSION_MISMATCH')
      }
      const absent = [store.checkOf('key', null, 'persistent_store')]
      expect(await outcomeOf(store.commit({ checks: absent }))).toBe('resolved')
      const present = [store.checkOf('key', version, 'persistent_store')]
      expect(await outcomeOf(store.commit({ checks: present }))).toBe('VERSION_MISMATCH')
    },
  },
  {
    id: 'scopes.listed',
    promises: ['4.2'],
    title: 'scopes lists each scope that holds something, with its exact usage.',
    async run({ at, driver, expect }) {
      expect(await driver.scopes(everything)).toEqual({ scopes: [], cursor: null })
      const stores = [at({ plugin: 'a', store: 'persistent_store' }), at({ plugin: 'a' })]
      await stores[0]?.putMany(['a', 'bc'], 'value')
      await stores[1]?.put('key', '')
      expect(await scopesOf(driver)).toEqual([
        { scope: stores[0]?.scope, usage: { entries: 2, bytes: 13 } },
        { scope: stores[1]?.scope, usage: { entries: 1, bytes: 3 } },
      ])
    },
  },
  {
    id: 'scopes.order',
    promises: ['4.3'],
    title: 'scopes lists in the order of workspace, plugin and store, each by its bytes.',
    async run(bench) {
      const stores = storesOf(bench)
      for (const store of stores.toReversed()) await store.put('key')
      const listed = await scopesOf(bench.driver)
      bench.expect(listed.map(({ scope }) => scope)).toEqual(stores.map(({ scope }) => scope))
    },
  },
  {
    id: 'scopes.emptied',
    promises: ['4.2'],
    title: 'A scope whose last entry is gone is listed no more.',
    async run({ at, driver, expect }) {
      const [deleted, cleared, kept] = [
        at({ plugin: 'd' }),
        at({ plugin: 'c' }),
        at({ plugin: 'k' }),
      ]
      for (const store of [deleted, cleared, kept]) await store.put('key')
      await deleted.delete('key')
      await cleared.clear()
      expect((await scopesOf(driver)).map(({ scope }) => scope)).toEqual([kept.scope])
    },
  },
  {
    id: 'scopes.filtered',
    promises: ['4.4'],
    title: 'scopes of one workspace, of one plugin or of both are those and no others.',
    async run(bench) {
      const stores = storesOf(bench)
      for (const store of stores) await store.put('key')
      const scopes = stores.map(({ scope }) => scope)
      for (const { workspace, plugin } of scopes) {
        for (const filter of [{ workspace }, { plugin }, { workspace, plugin }]) {
          const listed = await scopesOf(bench.driver, { ...filter, limit: 3 })
          bench
            .expect(listed.map(({ scope }) => scope))
            .toEqual(
              scopes.filter(
                (scope) =>
                  scope.workspace === (filter.workspace ?? scope.workspace) &&
                  scope.plugin === (filter.plugin ?? scope.plugin),
              ),
            )
        }
      }
    },
  },
  {
    id: 'scopes.paged',
    promises: ['4.5'],
    title: 'scopes comes in pages of at most its limit, which together are the whole.',
    async run(bench) {
      const stores = storesOf(bench)
      for (const store of stores) await store.put('key')
      for (const limit of [1, 2, 7, stores.length, stores.length + 1]) {
        const page = await bench.driver.scopes({ ...everything, limit })
        bench.expect(page.scopes.length <= limit).toBe(true)
        const listed = await scopesOf(bench.driver, { limit })
        bench.expect(listed.map(({ scope }) => scope)).toEqual(stores.map(({ scope }) => scope))
      }
    },
  },
  {
    id: 'scopes.paged-among-writes',
    promises: ['4.2', '4.5'],
    title:
      'A scope that holds something all the while is listed once, whatever else goes or comes.',
    async run(bench) {
      const [first, second, third, ...rest] = storesOf(bench)
      for (const store of [second, third, ...rest]) await store?.put('key')
      const page = await bench.driver.scopes({ ...everything, limit: 3 })
      await second?.clear()
      await first?.put('key')
      await third?.clear()
      const { cursor } = page
      const listed = [...page.scopes, ...(await scopesOf(bench.driver, { cursor, limit: 3 }))]
      const kept = listed.map(({ scope }) => scope).slice(2)
      bench.expect(kept).toEqual(rest.map(({ scope }) => scope))
    },
  },
  {
    id: 'scopes.cursor-emptied',
    promises: ['4.5'],
    title: 'A cursor of scopes stays good when the scope where the page ended is emptied.',
    async run({ at, driver, expect }) {
      const plugins = ['a', 'b', 'c', 'd', 'e']
      for (const plugin of plugins) await at({ plugin }).put('key')
      const { scopes, cursor } = await driver.scopes({ ...everything, limit: 2 })
      for (const { scope } of scopes.toReversed()) {
        await at(scope).clear()
        const call = scopesOf(driver, { cursor, limit: 2 })
        expect(await outcomeOf(call)).toBe('resolved')
        const rest = (await call).map((listed) => listed.scope.plugin)
        expect(rest).toEqual(plugins.slice(scopes.length))
      }
    },
  },
  {
    id: 'scopes.old-cursor',
    promises: ['4.5'],
    title: 'A cursor of scopes stays good for as long as one likes.',
    needs: [movableClock],
    async run({ at, driver, clock, expect }) {
      const plugins = ['a', 'b', 'c', 'd', 'e']
      for (const plugin of plugins) await at({ plugin }).put('key')
      const { scopes, cursor } = await driver.scopes({ ...everything, limit: 2 })
      clock.advance(7 * 86_400_000)
      const call = scopesOf(driver, { cursor, limit: 2 })
      expect(await outcomeOf(call)).toBe('resolved')
      const rest = (await call).map((listed) => listed.scope.plugin)
      expect(rest).toEqual(plugins.slice(scopes.length))
    },
  },
  {
    id: 'scopes.limit-bounds',
    promises: ['4.5'],
    title: `A limit of scopes that is no whole number from 1 to ${limits.maxListLimit} is refused with INVALID_ARGUMENT.`,
    async run({ driver, expect }) {
      for (const limit of [0, -1, 1.5, Number.NaN, limits.maxListLimit + 1]) {
        expect(await outcomeOf(driver.scopes({ ...everything, limit }))).toBe('INVALID_ARGUMENT')
      }
    },
  },
]

/** Both stores of all the neighbours, in order. */
function storesOf({ at }: TestBench): readonly ScopeHandle[] {
  return neighbours.flatMap((ids) => {
    const [workspace = '', plugin = ''] = ids.split(':')
    return [at({ workspace, plugin, store: 'persistent_store' }), at({ workspace, plugin })]
  })
}

/** All scopes that a query gives, page by page. */
async function scopesOf(
  driver: StorageDriver,
  query: Partial<ScopesQuery> = {},
): Promise<readonly ScopeUsage[]> {
  const scopes: ScopeUsage[] = []
  let page: ScopesPage = await driver.scopes({ ...everything, ...query })
  for (let pages = 1; page.cursor !== null; pages++) {
    if (pages === 1_000) throw new Error(`The listing of scopes does not end: ${pages} pages.`)
    scopes.push(...page.scopes)
    page = await driver.scopes({ ...everything, ...query, cursor: page.cursor })
  }
  return [...scopes, ...page.scopes]
}
