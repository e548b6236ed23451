import {
  type ListedEntry,
  type ListPage,
  type ListQuery,
  limits,
  type Scope,
  type StorageDriver,
} from '@holdfast/core'

/** A driver that does all as another does, but for some methods. */
export function overrideDriver(
  driver: StorageDriver,
  overrides: Partial<StorageDriver>,
): StorageDriver {
  return {
    name: driver.name,
    capabilities: driver.capabilities,
    open: (options) => driver.open(options),
    close: () => driver.close(),
    get: (scope, keys, options) => driver.get(scope, keys, options),
    commit: (target, commit, options) => driver.commit(target, commit, options),
    list: (scope, query, options) => driver.list(scope, query, options),
    usage: (scope, options) => driver.usage(scope, options),
    scopes: (query, options) => driver.scopes(query, options),
    clear: (scope, options) => driver.clear(scope, options),
    sweep: (now, options) => driver.sweep(now, options),
    readStream: (scope, key, range, options) => driver.readStream(scope, key, range, options),
    writeStream: (scope, put, options) => driver.writeStream(scope, put, options),
    watch: (scope, keys, options) => driver.watch(scope, keys, options),
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
    ...overrides,
  }
}

/** All entries of a scope, in order. */
export async function listWhole(
  driver: StorageDriver,
  scope: Scope,
  query: Partial<ListQuery> = {},
): Promise<readonly ListedEntry[]> {
  const whole = { prefix: '', limit: limits.maxListLimit, keysOnly: false, ...query }
  const entries: ListedEntry[] = []
  let page: ListPage = await driver.list(scope, { ...whole, cursor: null })
  while (page.cursor !== null) {
    entries.push(...page.entries)
    page = await driver.list(scope, { ...whole, cursor: page.cursor })
  }
  return [...entries, ...page.entries]
}
