import {
  type Commit,
  entryBytes,
  fitsQuota,
  type PluginScope,
  quotaExceeded,
  type StorageDriver,
  type StoreName,
  storeNames,
} from '@holdfast/core'
import { overrideDriver } from './override-driver.ts'

/** What is held before a commit and after it, in bytes. */
export interface Outcome {
  readonly before: number
  readonly after: number
}

/** A driver that judges the quota by itself, before the commit: each of the outcomes has to fit. */
export function judgeQuota(
  driver: StorageDriver,
  judge: (target: PluginScope, commit: Commit) => Promise<readonly Outcome[]>,
): StorageDriver {
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      const { quota } = commit
      const outcomes = quota === null ? [] : await judge(target, commit)
      for (const { before, after } of outcomes) {
        if (quota !== null && !fitsQuota(quota, before, after)) throw quotaExceeded(quota, after)
      }
      await driver.commit(target, { ...commit, quota: null }, options)
    },
  })
}

/** What a commit would make of a plugin's usage, or of that of some of its stores, as of now. */
export async function outcomeOfCommit(
  driver: StorageDriver,
  target: PluginScope,
  { puts, deletes }: Pick<Commit, 'puts' | 'deletes'>,
  stores: readonly StoreName[] = storeNames,
): Promise<Outcome> {
  let before = 0
  let after = 0
  for (const store of stores) {
    const { bytes } = await driver.usage({ ...target, store })
    const added = puts.filter((put) => put.store === store)
    const removed = deletes.filter((change) => change.store === store)
    before += bytes
    after += bytes - (await bytesOfOld(driver, target, [...added, ...removed]))
    for (const { key, value } of added) after += entryBytes(key, value.byteLength)
  }
  return { before, after }
}

/** What the entries count for that some puts or deletes are about. */
export async function bytesOfOld(
  driver: StorageDriver,
  target: PluginScope,
  changes: readonly Commit['deletes'][number][],
): Promise<number> {
  let bytes = 0
  for (const { store, key } of changes) {
    const [old] = await driver.get({ ...target, store }, [key])
    if (old) bytes += entryBytes(key, old.size)
  }
  return bytes
}
