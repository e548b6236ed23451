import {
  entryBytes,
  type EpochMs,
  fitsQuota,
  type PluginScope,
  quotaExceeded,
  type Scope,
  type StorageDriver,
  storeNames,
  type StreamPut,
  type Version,
  versionMismatch,
} from '@holdfast/core'
import { turnOfEventLoop } from '../settlement.ts'
import { changeEntries, currentOf, withOwnValues } from './change-calls.ts'
import { changeUploads } from './change-streams.ts'
import { scopeId } from './entry-id.ts'
import { bytesOfOld } from './judge-quota.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** What goes wrong between uploads that end at once, and between an upload and what others do. */
export const uploadRaceMutants: readonly Mutant[] = [
  {
    name: 'looks at the check of an upload a turn before it writes',
    caughtBy: ['streams.expected-together', 'streams.expected-together-shared'],
    wrap: (driver) =>
      judgeUploads(
        driver,
        (put) => ({ ...put, expected: undefined }),
        async (scope, { key, expected }) => {
          const { store } = scope
          const current = (await currentOf(driver, scope, { store, key }))?.version ?? null
          if (expected === undefined || current === expected) return undefined
          return versionMismatch({ store, key, version: expected }, current)
        },
      ),
  },
  {
    name: 'looks at the quota of an upload a turn before it writes',
    caughtBy: ['streams.quota-together', 'streams.quota-together-shared'],
    wrap: (driver) =>
      judgeUploads(
        driver,
        (put) => ({ ...put, quota: null }),
        async (scope, { quota, key }, size) => {
          if (quota === null) return undefined
          const usages = storeNames.map((store) => driver.usage({ ...scope, store }))
          const before = (await Promise.all(usages)).reduce((sum, { bytes }) => sum + bytes, 0)
          const replaced = await bytesOfOld(driver, scope, [{ store: scope.store, key }])
          const after = before - replaced + entryBytes(key, size)
          return fitsQuota(quota, before, after) ? undefined : quotaExceeded(quota, after)
        },
      ),
  },
  {
    name: 'keeps room for uploads that are on their way',
    caughtBy: ['streams.quota-meanwhile'],
    wrap(driver) {
      const taken = new Map<string, number>()
      const take = (scope: Scope, bytes: number): unknown =>
        taken.set(pluginId(scope), (taken.get(pluginId(scope)) ?? 0) + bytes)
      const taking = changeUploads(driver, async function* ({ body }, scope) {
        let bytes = 0
        try {
          for await (const piece of body) {
            yield piece
            bytes += piece.byteLength
            take(scope, piece.byteLength)
          }
        } finally {
          take(scope, -bytes)
        }
      })
      return overrideDriver(taking, {
        commit(target, commit, options) {
          const { quota } = commit
          const maxBytes = (quota?.maxBytes ?? 0) - (taken.get(pluginId(target)) ?? 0)
          const rest = quota && { maxBytes: Math.max(0, maxBytes) }
          return driver.commit(target, { ...commit, quota: rest }, options)
        },
      })
    },
  },
  {
    name: 'gives an upload the createdAt of what was there when it began',
    caughtBy: ['streams.created-meanwhile'],
    wrap(driver) {
      const createdAt = new Map<Version, EpochMs>()
      const given = changeEntries(driver, (entry) => ({
        createdAt: createdAt.get(entry.version) ?? entry.createdAt,
      }))
      return overrideDriver(given, {
        async writeStream(scope, put, options) {
          const old = await currentOf(given, scope, { store: scope.store, key: put.key })
          if (old !== null) createdAt.set(put.version, old.createdAt)
          await driver.writeStream(scope, put, options)
        },
      })
    },
  },
  {
    name: 'has clear wait for the uploads of its scope',
    caughtBy: ['streams.small-calls'],
    wrap(driver) {
      const uploads = new UploadsUnderWay(driver)
      return overrideDriver(uploads.driver, {
        async clear(scope, options) {
          await uploads.in(scope)
          return driver.clear(scope, options)
        },
      })
    },
  },
  {
    name: 'has commits with checks wait for the uploads of their scope',
    caughtBy: ['streams.small-calls'],
    wrap(driver) {
      const uploads = new UploadsUnderWay(driver)
      return overrideDriver(uploads.driver, {
        async commit(target, commit, options) {
          const own = withOwnValues(commit)
          for (const { store } of own.checks) await uploads.in({ ...target, store })
          await driver.commit(target, own, options)
        },
      })
    },
  },
]

function pluginId({ workspace, plugin }: PluginScope): string {
  return `${workspace} ${plugin}`
}

/** A driver that knows which uploads have not ended. */
class UploadsUnderWay {
  readonly driver: StorageDriver
  readonly #ends = new Map<string, Promise<unknown>>()

  constructor(driver: StorageDriver) {
    this.driver = overrideDriver(driver, {
      writeStream: (scope, put, options) => {
        const end = driver.writeStream(scope, put, options)
        this.#ends.set(scopeId(scope), Promise.allSettled([end, this.in(scope)]))
        return end
      },
    })
  }

  async in(scope: Scope): Promise<void> {
    await this.#ends.get(scopeId(scope))
  }
}

/**
 * A driver that judges an upload by itself when the body has ended, and writes a turn later.
 *
 * @param loosen - leaves out of an upload what is judged
 */
function judgeUploads(
  driver: StorageDriver,
  loosen: (put: StreamPut) => StreamPut,
  judge: (scope: Scope, put: StreamPut, size: number) => Promise<Error | undefined>,
): StorageDriver {
  return overrideDriver(driver, {
    async writeStream(scope, put, options) {
      let refusal: Error | undefined
      const judging = changeUploads(driver, async function* ({ body }) {
        let size = 0
        for await (const piece of body) {
          yield piece
          size += piece.byteLength
        }
        refusal = await judge(scope, put, size)
        if (refusal !== undefined) throw refusal
        await turnOfEventLoop()
      })
      try {
        await judging.writeStream(scope, loosen(put), options)
      } catch (error) {
        throw refusal ?? error
      }
    },
  })
}
