import type { StorageDriver } from '@holdfast/core'
import { overrideDriver } from './override-driver.ts'

/** The results of a driver's calls, by what they were called with, until the driver writes. */
export interface ForgetfulCache {
  readonly remember: <Result>(call: unknown, run: () => Promise<Result>) => Promise<Result>
  /** The driver with some calls overridden, whose writes empty the cache. */
  readonly around: (overrides: Partial<StorageDriver>) => StorageDriver
}

/** A cache that hears of the writes of its own driver, and of no other. */
export function forgetfulCache(driver: StorageDriver): ForgetfulCache {
  const results = new Map<string, unknown>()
  const forgetting = async <Result>(write: Promise<Result>): Promise<Result> => {
    try {
      return await write
    } finally {
      results.clear()
    }
  }
  return {
    async remember<Result>(call: unknown, run: () => Promise<Result>): Promise<Result> {
      const id = JSON.stringify(call)
      if (!results.has(id)) results.set(id, await run())
      return results.get(id) as Result
    },
    around: (overrides) =>
      overrideDriver(driver, {
        commit: (target, commit, options) => forgetting(driver.commit(target, commit, options)),
        clear: (scope, options) => forgetting(driver.clear(scope, options)),
        ...overrides,
      }),
  }
}
