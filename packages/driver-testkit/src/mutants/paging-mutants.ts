import {
  type Clock,
  compareKeys,
  type Cursor,
  decodeCursor,
  encodeCursor,
  type EpochMs,
  HoldfastError,
  isHoldfastError,
  parsePluginId,
  parseWorkspaceId,
  type Scope,
  type StorageDriver,
} from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'
import { pageByItself } from './page-by-itself.ts'

export const pagingMutants: readonly Mutant[] = [
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
  {
    name: 'loses an entry that would be the last page alone',
    caughtBy: ['paging.whole'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          if (page.cursor === null) return page
          const next = await driver.list(
            scope,
            { ...query, cursor: page.cursor, limit: 2 },
            options,
          )
          return next.entries.length === 1 ? { ...page, cursor: null } : page
        },
      }),
  },
  {
    name: 'goes on after all keys that begin with the last one',
    caughtBy: ['paging.neighbours'],
    wrap: (driver) =>
      pageByItself(driver, {
        isAfter: (key, lastKey) => compareKeys(key, lastKey) > 0 && !key.startsWith(lastKey),
      }),
  },
  {
    name: 'takes its cursors apart at a colon',
    caughtBy: ['paging.any-key'],
    wrap: (driver) =>
      pageByItself(driver, {
        isAfter: (key, lastKey) => compareKeys(key, lastKey.split(':')[0] ?? '') > 0,
      }),
  },
  {
    name: 'cuts its cursors after 255 characters',
    caughtBy: ['paging.any-key'],
    wrap: (driver) =>
      pageByItself(driver, {
        isAfter: (key, lastKey) => compareKeys(key, lastKey.slice(0, 255)) > 0,
      }),
  },
  {
    name: 'begins a page with the last key of the page before',
    caughtBy: ['paging.same-cursor'],
    wrap: (driver) =>
      pageByItself(driver, { isAfter: (key, lastKey) => compareKeys(key, lastKey) >= 0 }),
  },
  {
    name: 'gives a cursor after every page that is full, and begins anew with the last',
    caughtBy: ['paging.ends'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          const isFull = page.entries.length === query.limit
          if (page.cursor !== null || !isFull) return page
          return await driver.list(scope, { ...query, cursor: null }, options)
        },
      }),
  },
  {
    name: 'begins anew where the key is gone at which the page ended',
    caughtBy: ['paging.last-key-gone', 'expiry.cursor'],
    wrap: (driver) =>
      pageByItself(driver, {
        isAfter: (key, lastKey, keys) => !keys.includes(lastKey) || compareKeys(key, lastKey) > 0,
      }),
  },
  {
    name: 'forgets a cursor when it is used',
    caughtBy: ['paging.same-cursor'],
    wrap: (driver) => keepCursors(driver, 'once'),
  },
  {
    name: 'knows no cursor but its own',
    caughtBy: ['paging.reopened', 'paging.shared'],
    wrap: (driver) => keepCursors(driver, 'always'),
  },
  {
    name: 'goes by the prefix of the cursor and not of the query',
    caughtBy: ['paging.other-prefix'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const [prefix, cursor] =
            query.cursor === null ? [query.prefix, null] : decodeCursor(query.cursor, 2)
          const page = await driver.list(
            scope,
            { ...query, prefix: prefix ?? '', cursor: cursor as Cursor | null },
            options,
          )
          return { ...page, cursor: page.cursor && encodeCursor([prefix ?? '', page.cursor]) }
        },
      }),
  },
  {
    name: 'goes by the scope of the cursor and not of the call',
    caughtBy: ['paging.other-scope'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const [workspace, plugin, cursor] =
            query.cursor === null
              ? [scope.workspace, scope.plugin, null]
              : decodeCursor(query.cursor, 3)
          const meant = {
            ...scope,
            workspace: parseWorkspaceId(workspace ?? ''),
            plugin: parsePluginId(plugin ?? ''),
          }
          const page = await driver.list(
            meant,
            { ...query, cursor: cursor as Cursor | null },
            options,
          )
          const { cursor: next } = page
          return { ...page, cursor: next && encodeCursor([meant.workspace, meant.plugin, next]) }
        },
      }),
  },
  {
    name: 'begins a listing anew with what is no cursor',
    caughtBy: ['paging.invalid-cursor'],
    wrap: (driver) =>
      overrideDriver(driver, {
        list: (scope, query, options) =>
          orAnew((cursor) => driver.list(scope, { ...query, cursor }, options), query.cursor),
      }),
  },
  {
    name: 'begins the scopes anew with what is no cursor',
    caughtBy: ['paging.invalid-cursor'],
    wrap: (driver) =>
      overrideDriver(driver, {
        scopes: (query, options) =>
          orAnew((cursor) => driver.scopes({ ...query, cursor }, options), query.cursor),
      }),
  },
  {
    name: 'forgets the cursors of listings after ten minutes',
    caughtBy: ['paging.old-cursor'],
    wrap(driver, clock) {
      const cursors = expiringCursors(clock)
      return overrideDriver(driver, {
        async list(scope, query, options) {
          cursors.check(query.cursor)
          const page = await driver.list(scope, query, options)
          cursors.begin(page.cursor)
          return page
        },
      })
    },
  },
  {
    name: 'forgets the cursors of scopes after ten minutes',
    caughtBy: ['scopes.old-cursor'],
    wrap(driver, clock) {
      const cursors = expiringCursors(clock)
      return overrideDriver(driver, {
        async scopes(query, options) {
          cursors.check(query.cursor)
          const page = await driver.scopes(query, options)
          cursors.begin(page.cursor)
          return page
        },
      })
    },
  },
  {
    name: 'loses its place where the scope is gone at which a page of scopes ended',
    caughtBy: ['scopes.cursor-emptied'],
    wrap(driver) {
      const lasts = new Map<Cursor, Scope>()
      return overrideDriver(driver, {
        async scopes(query, options) {
          const last = query.cursor === null ? undefined : lasts.get(query.cursor)
          if (last !== undefined && (await driver.usage(last)).entries === 0) {
            return { scopes: [], cursor: null }
          }
          const page = await driver.scopes(query, options)
          const ended = page.scopes.at(-1)
          if (page.cursor !== null && ended !== undefined) lasts.set(page.cursor, ended.scope)
          return page
        },
      })
    },
  },
]

/** A driver whose cursors are the names of positions that it keeps in its memory. */
function keepCursors(driver: StorageDriver, keep: 'once' | 'always'): StorageDriver {
  const positions = new Map<string, Cursor>()
  let given = 0
  return overrideDriver(driver, {
    async list(scope, query, options) {
      const position = query.cursor && positions.get(query.cursor)
      if (position === undefined) throw new HoldfastError('INVALID_CURSOR', 'It is not known.')
      if (keep === 'once' && query.cursor !== null) positions.delete(query.cursor)
      const page = await driver.list(scope, { ...query, cursor: position }, options)
      if (page.cursor === null) return page
      const cursor = encodeCursor([`${given++}`])
      positions.set(cursor, page.cursor)
      return { ...page, cursor }
    },
  })
}

async function orAnew<Page>(
  list: (cursor: Cursor | null) => Promise<Page>,
  cursor: Cursor | null,
): Promise<Page> {
  try {
    return await list(cursor)
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'INVALID_CURSOR') return await list(null)
    throw error
  }
}

/** Cursors that are no longer good when they are ten minutes old. */
function expiringCursors(clock: Clock): {
  begin(cursor: Cursor | null): void
  check(cursor: Cursor | null): void
} {
  const given = new Map<Cursor, EpochMs>()
  return {
    begin(cursor) {
      if (cursor !== null && !given.has(cursor)) given.set(cursor, clock())
    },
    check(cursor) {
      const since = cursor === null ? undefined : given.get(cursor)
      if (since !== undefined && clock() - since > 600_000) {
        throw new HoldfastError('INVALID_CURSOR', 'The cursor is too old.')
      }
    },
  }
}
