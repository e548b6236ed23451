import { type ByteRange, type EntryStream, HoldfastError, type StorageDriver } from '@holdfast/core'
import { cut, joined } from '../bodies.ts'
import { changeDownloads } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

const pieceBytes = 65_536

export const downloadMutants: readonly Mutant[] = [
  {
    name: 'takes the end of a range for its last byte',
    caughtBy: ['streams.ranges'],
    wrap: (driver) =>
      changeRanges(driver, ({ start, end }) => ({
        start,
        end: end === null ? null : Math.min(end + 1, Number.MAX_SAFE_INTEGER),
      })),
  },
  {
    name: 'leaves out the byte that a range starts with',
    caughtBy: ['streams.ranges'],
    wrap: (driver) =>
      changeRanges(driver, ({ start, end }) => ({
        start: Math.min(start + 1, end ?? start + 1),
        end,
      })),
  },
  {
    name: 'begins a range with the piece that its start is in',
    caughtBy: ['streams.ranges'],
    wrap: (driver) =>
      changeRanges(driver, ({ start, end }) => ({ start: start - (start % pieceBytes), end })),
  },
  {
    name: 'takes a range that ends at 0 for one without an end',
    caughtBy: ['streams.ranges'],
    wrap: (driver) => changeRanges(driver, ({ start, end }) => ({ start, end: end || null })),
  },
  {
    name: 'gives the last bytes for a range beyond the end',
    caughtBy: ['streams.ranges'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async readStream(scope, key, range, options) {
          const whole = await driver.readStream(scope, key, null, options)
          if (whole === null || range === null || range.start < whole.metadata.size) {
            return driver.readStream(scope, key, range, options)
          }
          return driver.readStream(scope, key, {
            start: Math.max(0, whole.metadata.size - 1),
            end: null,
          })
        },
      }),
  },
  {
    name: 'gives the length of a range for that of the value',
    caughtBy: ['streams.ranges'],
    wrap: (driver) =>
      changeDownloads(driver, async ({ metadata, body }) => {
        const bytes = await joined(body)
        return { metadata: { ...metadata, size: bytes.byteLength }, body: cut(bytes) }
      }),
  },
  {
    name: 'makes of what is no range the nearest that is one',
    caughtBy: ['streams.no-ranges'],
    wrap: (driver) =>
      changeRanges(driver, (range) => {
        const start = Math.max(0, Math.trunc(range.start) || 0)
        return { start, end: range.end && Math.max(start, Math.trunc(range.end)) }
      }),
  },
  {
    name: 'opens a value when its first piece is asked for',
    caughtBy: ['streams.old-value', 'streams.old-value-expires'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async readStream(scope, key, range, options) {
          const now = await driver.readStream(scope, key, range, options)
          const body = async function* (): AsyncGenerator<Uint8Array> {
            const then = await driver.readStream(scope, key, range, options)
            if (then !== null) yield* then.body
          }
          return now && { metadata: now.metadata, body: body() }
        },
      }),
  },
  {
    name: 'reads each piece of a value as it is when the piece is asked for',
    caughtBy: ['streams.old-value', 'streams.old-value-expires', 'streams.old-value-shared'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async readStream(scope, key, range, options) {
          const opened = await driver.readStream(scope, key, range, options)
          if (opened === null || range !== null) return opened
          const body = async function* (): AsyncGenerator<Uint8Array> {
            for (let start = 0; start < opened.metadata.size; start += pieceBytes) {
              const piece = { start, end: start + pieceBytes }
              const then = await driver.readStream(scope, key, piece, options)
              if (then !== null) yield* then.body
            }
          }
          return { metadata: opened.metadata, body: body() }
        },
      }),
  },
  {
    name: 'breaks off a reader whose value is replaced',
    caughtBy: ['streams.old-value'],
    wrap: breakOffReaders,
  },
  {
    name: 'keeps old values for the readers of its own driver alone',
    caughtBy: ['streams.old-value-shared'],
    wrap: keepForOwnReaders,
  },
  {
    name: 'reads all streams of a value with one statement',
    caughtBy: ['streams.two-readers'],
    wrap(driver) {
      const statements = new Map<string, AsyncIterator<Uint8Array, unknown>>()
      return changeDownloads(driver, ({ metadata, body }) => {
        const own = body[Symbol.asyncIterator]()
        const shared = statements.get(metadata.version) ?? own
        statements.set(metadata.version, shared)
        const next = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
          const result = await shared.next()
          if (result.done === true) statements.delete(metadata.version)
          return result
        }
        return { metadata, body: { [Symbol.asyncIterator]: () => ({ next }) } }
      })
    },
  },
  {
    name: 'gives out parts of one buffer as the pieces of a stream',
    caughtBy: ['streams.own-pieces'],
    wrap: (driver) => changeDownloads(driver, inPartsOfOneBuffer),
  },
  {
    name: 'gives out pieces of a stream that are Buffers',
    caughtBy: ['streams.own-pieces'],
    wrap: (driver) =>
      changeDownloads(driver, ({ metadata, body }) => ({ metadata, body: asBuffers(body) })),
  },
]

function changeRanges(
  driver: StorageDriver,
  change: (range: ByteRange) => ByteRange,
): StorageDriver {
  return overrideDriver(driver, {
    readStream: (scope, key, range, options) =>
      driver.readStream(scope, key, range && change(range), options),
  })
}

function breakOffReaders(driver: StorageDriver): StorageDriver {
  let writes = 0
  return {
    ...changeDownloads(driver, ({ metadata, body }) => ({ metadata, body: untilWritten(body) })),
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      writes++
    },
    async writeStream(scope, put, options) {
      await driver.writeStream(scope, put, options)
      writes++
    },
  }

  async function* untilWritten(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const before = writes
    for await (const bytes of body) {
      if (writes !== before) throw new HoldfastError('STORE_BUSY', 'The snapshot is too old.')
      yield bytes
    }
  }
}

/** Before a driver writes, its own readers get what they have still to read. */
function keepForOwnReaders(driver: StorageDriver): StorageDriver {
  const readers = new Set<() => Promise<void>>()
  const kept = async (): Promise<void> => {
    for (const keep of readers) await keep()
    readers.clear()
  }
  return overrideDriver(driver, {
    async readStream(scope, key, range, options) {
      const opened = await driver.readStream(scope, key, range, options)
      if (opened === null || range !== null) return opened
      const reader = { at: 0, rest: null as Uint8Array | null }
      const read = async (end: number | null): Promise<Uint8Array> => {
        const then = await driver.readStream(scope, key, { start: reader.at, end })
        return then === null ? new Uint8Array() : joined(then.body)
      }
      readers.add(async () => {
        reader.rest = await read(null)
      })
      const body = async function* (): AsyncGenerator<Uint8Array> {
        while (reader.at < opened.metadata.size && reader.rest === null) {
          const piece = await read(reader.at + pieceBytes)
          reader.at += pieceBytes
          yield piece
        }
        if (reader.rest !== null) yield* cut(reader.rest)
      }
      return { metadata: opened.metadata, body: body() }
    },
    async commit(...call) {
      await kept()
      await driver.commit(...call)
    },
    async clear(...call) {
      await kept()
      return driver.clear(...call)
    },
    async writeStream(...call) {
      await kept()
      await driver.writeStream(...call)
    },
    async sweep(...call) {
      await kept()
      return driver.sweep(...call)
    },
  })
}

async function inPartsOfOneBuffer({ metadata, body }: EntryStream): Promise<EntryStream> {
  const buffer = await joined(body)
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < buffer.byteLength; at += pieceBytes) {
      yield buffer.subarray(at, at + pieceBytes)
    }
  }
  return { metadata, body: parts() }
}

async function* asBuffers(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) yield Buffer.from(bytes)
}
