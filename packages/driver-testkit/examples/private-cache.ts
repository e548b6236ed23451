import type { Entry, StorageDriver } from '@holdfast/core'

/**
 * A layer that is wrong on purpose, where others write too: it remembers what it has read until it
 * writes it itself. A check of a shared store that passes over it checks nothing.
 */
export function withPrivateCache(driver: StorageDriver): StorageDriver {
  const get = driver.get.bind(driver)
  const commit = driver.commit.bind(driver)
  const cache = new Map<string, readonly (Entry | null)[]>()
  return Object.assign(driver, {
    async get(...[scope, keys, options]: Parameters<StorageDriver['get']>) {
      const name = keys.join()
      const found = cache.get(name) ?? (await get(scope, keys, options))
      cache.set(name, found)
      return found
    },
    async commit(...call: Parameters<StorageDriver['commit']>) {
      const [, { puts, deletes }] = call
      for (const { key } of [...puts, ...deletes]) cache.delete(key)
      await commit(...call)
    },
  })
}
