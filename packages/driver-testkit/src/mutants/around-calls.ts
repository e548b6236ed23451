import type { CallOptions, StorageDriver } from '@holdfast/core'
import { overrideDriver } from './override-driver.ts'

/** Makes a call in another way than it is asked for. */
export type Around = <Result>(
  call: (options: CallOptions | undefined) => Promise<Result>,
  options: CallOptions | undefined,
) => Promise<Result>

/** A driver with something around all that it serves while it is open, but for watches. */
export function aroundCalls(driver: StorageDriver, around: Around): StorageDriver {
  return overrideDriver(driver, {
    get: (scope, keys, options) => around((inner) => driver.get(scope, keys, inner), options),
    commit: (target, commit, options) =>
      around((inner) => driver.commit(target, commit, inner), options),
    list: (scope, query, options) => around((inner) => driver.list(scope, query, inner), options),
    usage: (scope, options) => around((inner) => driver.usage(scope, inner), options),
    scopes: (query, options) => around((inner) => driver.scopes(query, inner), options),
    clear: (scope, options) => around((inner) => driver.clear(scope, inner), options),
    sweep: (now, options) => around((inner) => driver.sweep(now, inner), options),
    readStream: (scope, key, range, options) =>
      around((inner) => driver.readStream(scope, key, range, inner), options),
    writeStream: (scope, put, options) =>
      around((inner) => driver.writeStream(scope, put, inner), options),
  })
}
