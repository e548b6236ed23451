import { setImmediate } from 'node:timers/promises'
import {
  type Commit,
  type Entry,
  HoldfastError,
  type StorageDriver,
  type StorageKey,
  versionMismatch,
} from '@holdfast/core'
import { overrideDriver } from '../../src/mutants/override-driver.ts'

/** Makes a right driver wrong in a way that shows only when clients work at the same time. */
export type Wrong = (driver: StorageDriver) => StorageDriver

/** Keeps what was read, and forgets it on a write: a read that began before puts it back after. */
export const readsFromStaleCache: Wrong = (driver) => {
  const cache = new Map<StorageKey, Entry | null>()
  return overrideDriver(driver, {
    async get(scope, [key, ...more], options) {
      if (key === undefined || more.length > 0) return await driver.get(scope, [], options)
      const cached = cache.get(key)
      if (cached !== undefined) return [cached]
      const [entry = null] = await driver.get(scope, [key], options)
      await setImmediate()
      cache.set(key, entry)
      return [entry]
    },
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      for (const { key } of [...commit.puts, ...commit.deletes]) cache.delete(key)
    },
  })
}

/** Gathers the commits of a turn, judges each by the state before them all, and keeps the last. */
export const losesWritesOfOneTurn: Wrong = (driver) => {
  let last: Commit | null = null
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      await mustPass(driver, target, commit)
      last = commit
      await setImmediate()
      if (last === commit) await driver.commit(target, { ...commit, checks: [] }, options)
    },
  })
}

/** Checks, waits, and writes. */
export const checksBeforeWaiting: Wrong = (driver) =>
  overrideDriver(driver, {
    async commit(target, commit, options) {
      await mustPass(driver, target, commit)
      await setImmediate()
      await driver.commit(target, { ...commit, checks: [] }, options)
    },
  })

/** Rejects an aborted commit as though nothing of it would be applied, and applies it. */
export const appliesWhatWasAborted: Wrong = (driver) =>
  overrideDriver(driver, {
    async commit(target, commit, options) {
      await setImmediate()
      await driver.commit(target, commit)
      if (options?.signal?.aborted === true) throw new HoldfastError('ABORTED', 'It was aborted.')
    },
  })

/** Acknowledges writes, and now and then does one of them only later. */
export const acknowledgesTooEarly: Wrong = (driver) => {
  let commits = 0
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      if (++commits % 20 > 0) return await driver.commit(target, commit, options)
      await mustPass(driver, target, commit)
      const late = setImmediate().then(() => driver.commit(target, { ...commit, checks: [] }))
      // It may come too late altogether.
      late.catch(() => undefined)
    },
  })
}

async function mustPass(
  driver: StorageDriver,
  target: Parameters<StorageDriver['commit']>[0],
  { checks }: Commit,
): Promise<void> {
  for (const check of checks) {
    const [entry] = await driver.get({ ...target, store: check.store }, [check.key])
    const current = entry?.version ?? null
    if (current !== check.version) throw versionMismatch(check, current)
  }
}
