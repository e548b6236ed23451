import { manageDriver, type StorageDriver } from '@holdfast/core'

/**
 * A layer that changes nothing: where to begin with one that does. Give the methods that it is
 * about a body, and leave the others.
 */
export function passThrough(driver: StorageDriver): StorageDriver {
  return manageDriver({
    name: `${driver.name} passed through`,
    capabilities: driver.capabilities,
    // Without the signal: a managed driver goes on to open when its caller has given up, and would
    // then not be closed.
    open: () => driver.open(),
    close: () => driver.close(),
    [Symbol.asyncDispose]: () => driver.close(),
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
  })
}
