import { type EntryStream, type Quota, type StorageDriver } from '@holdfast/core'
import { joined } from '../bodies.ts'
import { mebibyte } from '../bytes.ts'
import { changeDownloads } from './change-streams.ts'
import { limitOpen } from './limit-open.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const streamExtentMutants: readonly Mutant[] = [
  {
    name: 'gives pieces of 1 MiB in the order of their positions as texts',
    caughtBy: ['streams.many-pieces'],
    wrap: (driver) =>
      changeDownloads(driver, ({ metadata, body }, range) => ({
        metadata,
        body: range === null && metadata.size > 10 * mebibyte ? inOrderOfTexts(body) : body,
      })),
  },
  {
    name: 'keeps of the start of a range 32 bits',
    caughtBy: ['streams.far-ranges'],
    wrap: (driver) =>
      overrideDriver(driver, {
        readStream(scope, key, range, options) {
          const kept = range && { start: lowBits(range.start), end: range.end }
          return driver.readStream(scope, key, kept, options)
        },
      }),
  },
  {
    name: 'keeps of the end of a range 32 bits',
    caughtBy: ['streams.far-ranges'],
    wrap: (driver) =>
      overrideDriver(driver, {
        readStream(scope, key, range, options) {
          const kept = range && { start: range.start, end: range.end && lowBits(range.end) }
          return driver.readStream(scope, key, kept, options)
        },
      }),
  },
  {
    name: 'keeps of the quota of a commit 31 bits',
    caughtBy: ['quota.large'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit: (target, commit, options) =>
          driver.commit(target, { ...commit, quota: cutQuota(commit.quota) }, options),
      }),
  },
  {
    name: 'keeps of the quota of an upload 31 bits',
    caughtBy: ['streams.large-quota'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: (scope, put, options) =>
          driver.writeStream(scope, { ...put, quota: cutQuota(put.quota) }, options),
      }),
  },
  {
    name: 'reads eight streams at once, and has the ninth wait',
    caughtBy: ['streams.many-downloads'],
    wrap: limitDownloads,
  },
  {
    name: 'takes eight uploads at once, and has the ninth wait',
    caughtBy: ['streams.many-uploads'],
    wrap(driver) {
      const enter = limitOpen(8)
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          const leave = await enter(options?.signal)
          await driver.writeStream(scope, put, options).finally(leave)
        },
      })
    },
  },
]

async function* inOrderOfTexts(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const value = await joined(body)
  const count = Math.ceil(value.byteLength / mebibyte)
  for (const position of Array.from({ length: count }, (_, at) => `${at}`).toSorted()) {
    yield value.slice(Number(position) * mebibyte, (Number(position) + 1) * mebibyte)
  }
}

/** What 32 bits keep of a number that needs more. */
function lowBits(number: number): number {
  return number >= 2 ** 32 ? number >>> 0 : number
}

function cutQuota(quota: Quota | null): Quota | null {
  return quota && { maxBytes: Math.max(0, quota.maxBytes | 0) }
}

function limitDownloads(driver: StorageDriver): StorageDriver {
  const enter = limitOpen(8)
  return overrideDriver(driver, {
    async readStream(scope, key, range, options) {
      const leave = await enter(options?.signal)
      const stream = await driver.readStream(scope, key, range, options)
      if (stream !== null) return { metadata: stream.metadata, body: leaveAfter(stream, leave) }
      leave()
      return null
    },
  })
}

async function* leaveAfter({ body }: EntryStream, leave: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } finally {
    leave()
  }
}
