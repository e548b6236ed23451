import {
  entryBytes,
  limits,
  quotaExceeded,
  type Scope,
  type StorageDriver,
  storeNames,
  type StreamPut,
  versionMismatch,
} from '@holdfast/core'
import { cut, joined } from '../bodies.ts'
import { changeUploads, uploadAsCommit } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const uploadMutants: readonly Mutant[] = [
  {
    name: 'shows a value piece by piece while it is uploaded',
    caughtBy: ['streams.unseen', 'streams.body-fails', 'streams.aborted'],
    wrap: (driver) =>
      changeUploads(driver, async function* (put, scope) {
        const pieces: Uint8Array[] = []
        for await (const bytes of put.body) {
          pieces.push(new Uint8Array(bytes))
          await uploadAsCommit(driver, scope, put, Buffer.concat(pieces))
          yield bytes
        }
      }),
  },
  {
    name: 'deletes the old value when the upload of the new one begins',
    caughtBy: ['streams.unseen', 'streams.body-fails', 'streams.wrong-type', 'streams.aborted'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ key, body }, scope) {
        const deletes = [{ store: scope.store, key }]
        await driver.commit(scope, { checks: [], puts: [], deletes, quota: null })
        yield* body
      }),
  },
  {
    name: 'counts the bytes of an upload that is on its way',
    caughtBy: ['streams.unseen', 'streams.body-fails'],
    wrap(driver) {
      let counted = 0
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          let size = 0
          const body = (async function* (): AsyncGenerator<Uint8Array> {
            for await (const bytes of put.body) {
              size += bytes.byteLength
              counted += bytes.byteLength
              yield bytes
            }
          })()
          await driver.writeStream(scope, { ...put, body }, options)
          counted -= size
        },
        async usage(scope, options) {
          const { entries, bytes } = await driver.usage(scope, options)
          return { entries, bytes: bytes + counted }
        },
      })
    },
  },
  {
    name: 'takes the failure of a body for its end',
    caughtBy: ['streams.body-fails'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        try {
          yield* body
        } catch {
          // Wrong on purpose.
        }
      }),
  },
  {
    name: 'keeps the cause of the failure of a body to itself',
    caughtBy: ['streams.body-fails'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        try {
          yield* body
        } catch {
          throw new Error('The source failed.')
        }
      }),
  },
  {
    name: 'takes as a piece whatever a Buffer can be made from',
    caughtBy: ['streams.wrong-type'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        for await (const bytes of body) yield Buffer.from(bytes)
      }),
  },
  {
    name: 'ends a stream where it becomes too large',
    caughtBy: ['streams.too-large'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        let room = driver.capabilities.maxStreamBytes
        for await (const bytes of body) {
          yield bytes.subarray(0, room)
          room -= Math.min(room, bytes.byteLength)
        }
      }),
  },
  {
    name: 'does not tell a body to end that it takes no further',
    caughtBy: ['streams.aborted', 'streams.quota-early'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream(scope, put, options) {
          const iterator = put.body[Symbol.asyncIterator]()
          const body = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) }
          return driver.writeStream(scope, { ...put, body }, options)
        },
      }),
  },
  {
    name: 'holds the check of an upload against what was there when it began',
    caughtBy: ['streams.expected'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async writeStream(scope, put, options) {
          const { key, expected } = put
          const [entry] = await driver.get(scope, [key])
          const current = entry?.version ?? null
          if (expected !== undefined && current !== expected) {
            throw versionMismatch({ store: scope.store, key, version: expected }, current)
          }
          await driver.writeStream(scope, { ...put, expected: undefined }, options)
        },
      }),
  },
  {
    name: 'takes an upload that expects nothing for one without a check',
    caughtBy: ['streams.expected'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: (scope, put, options) =>
          driver.writeStream(scope, { ...put, expected: put.expected ?? undefined }, options),
      }),
  },
  {
    name: 'holds an upload against no quota',
    caughtBy: ['streams.quota', 'streams.quota-shrinking', 'streams.quota-early'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: (scope, put, options) =>
          driver.writeStream(scope, { ...put, quota: null }, options),
      }),
  },
  {
    name: 'holds an upload against the room that there was when it began',
    caughtBy: ['streams.quota'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async writeStream(scope, put, options) {
          const bytesBefore = await bytesOfPlugin(driver, scope)
          const body = withinRoom(put, bytesBefore)
          await driver.writeStream(scope, { ...put, quota: null, body }, options)
        },
      }),
  },
  {
    name: 'leaves what was streamed out of the quota of a commit',
    caughtBy: ['streams.quota'],
    wrap(driver) {
      let streamed = 0
      return {
        ...changeUploads(driver, async function* ({ body }) {
          for await (const bytes of body) {
            streamed += bytes.byteLength
            yield bytes
          }
        }),
        async commit(target, { quota, ...commit }, options) {
          const wider = quota && { maxBytes: quota.maxBytes + streamed }
          await driver.commit(target, { ...commit, quota: wider }, options)
        },
      }
    },
  },
  {
    name: 'refuses an upload of more than the quota even where it makes room',
    caughtBy: ['streams.quota-shrinking'],
    wrap: (driver) => changeUploads(driver, (put) => withinRoom(put, 0)),
  },
  {
    name: 'takes a body to its end before it looks at the quota',
    caughtBy: ['streams.quota-early'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        yield* cut(await joined(body))
      }),
  },
  {
    name: 'sweeps the pieces of an upload that goes on, and stores the rest',
    caughtBy: ['streams.lease'],
    wrap(driver, clock) {
      const uploads = new Set<{ readonly startedAt: number; readonly pieces: Uint8Array[] }>()
      return {
        ...changeUploads(driver, async function* ({ body }) {
          const upload = { startedAt: clock(), pieces: [] as Uint8Array[] }
          uploads.add(upload)
          for await (const bytes of body) upload.pieces.push(new Uint8Array(bytes))
          yield* upload.pieces
        }),
        async sweep(now, options) {
          for (const { startedAt, pieces } of uploads) {
            if (startedAt + limits.uploadLeaseMs <= now) pieces.length = 0
          }
          return driver.sweep(now, options)
        },
      }
    },
  },
  {
    name: 'counts the uploads that it sweeps as entries',
    caughtBy: ['streams.lease'],
    wrap(driver) {
      let open = 0
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          open++
          await driver.writeStream(scope, put, options).finally(() => open--)
        },
        async sweep(now, options) {
          const { entries, bytes } = await driver.sweep(now, options)
          return { entries: entries + open, bytes }
        },
      })
    },
  },
  {
    name: 'has a sweep that does nothing',
    caughtBy: ['streams.leftovers'],
    wrap: (driver) => overrideDriver(driver, { sweep: async () => ({ entries: 0, bytes: 0 }) }),
  },
]

async function bytesOfPlugin(driver: StorageDriver, scope: Scope): Promise<number> {
  const usages = await Promise.all(storeNames.map((store) => driver.usage({ ...scope, store })))
  return usages.reduce((sum, { bytes }) => sum + bytes, 0)
}

async function* withinRoom(
  { key, quota, body }: StreamPut,
  bytesBefore: number,
): AsyncGenerator<Uint8Array> {
  let needed = bytesBefore + entryBytes(key, 0)
  for await (const bytes of body) {
    needed += bytes.byteLength
    if (quota !== null && needed > quota.maxBytes) throw quotaExceeded(quota, needed)
    yield bytes
  }
}
