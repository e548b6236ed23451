import type { EntryMetadata, EpochMs, Scope, StorageDriver, StorageKey } from '@holdfast/core'
import { cut, joined } from '../bodies.ts'
import { mebibyte } from '../bytes.ts'
import { changeDownloads, changeUploaded, changeUploads } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { listWhole, overrideDriver } from './override-driver.ts'

const chunkBytes = 65_536

export const streamValueMutants: readonly Mutant[] = [
  {
    name: 'forgets the last chunk of a stream where it is full',
    caughtBy: ['streams.round-trip'],
    wrap: (driver) =>
      changeUploaded(driver, (value) =>
        value.byteLength % chunkBytes === 0 ? value.subarray(0, -chunkBytes) : value,
      ),
  },
  {
    name: 'takes an empty piece for the end of a stream',
    caughtBy: ['streams.pieces'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        for await (const bytes of body) {
          if (bytes.byteLength === 0) return
          yield bytes
        }
      }),
  },
  {
    name: 'keeps the first 4 MiB of a stream',
    caughtBy: ['streams.large'],
    wrap: (driver) => changeUploaded(driver, (value) => value.subarray(0, 4 * mebibyte)),
  },
  {
    name: 'reads every piece of a stream into one buffer',
    caughtBy: ['streams.large'],
    wrap: (driver) =>
      changeDownloads(driver, ({ metadata, body }) => ({ metadata, body: inOneBuffer(body) })),
  },
  {
    name: 'forgets the content type of a stream',
    caughtBy: ['streams.metadata', 'streams.reopened'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: (scope, put, options) =>
          driver.writeStream(scope, { ...put, contentType: null }, options),
      }),
  },
  {
    name: 'forgets when a stream expires',
    caughtBy: ['streams.metadata', 'streams.expiry'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: (scope, put, options) =>
          driver.writeStream(scope, { ...put, expiresAt: null }, options),
      }),
  },
  {
    name: 'says of a stream that it was written when its upload began',
    caughtBy: ['streams.metadata'],
    wrap(driver, clock) {
      const begins = new Map<string, EpochMs>()
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          begins.set(put.version, clock())
          await driver.writeStream(scope, put, options)
        },
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map(
            (entry) =>
              entry && { ...entry, updatedAt: begins.get(entry.version) ?? entry.updatedAt },
          )
        },
      })
    },
  },
  {
    name: 'deletes what was there before it puts a stream in its place',
    caughtBy: ['streams.metadata'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async writeStream(scope, put, options) {
          const value = await joined(put.body)
          const deletes = [{ store: scope.store, key: put.key }]
          await driver.commit(scope, { checks: [], puts: [], deletes, quota: null })
          await driver.writeStream(scope, { ...put, body: cut(value) }, options)
        },
      }),
  },
  {
    name: 'keeps what it streamed in a cache that only deletes empty',
    caughtBy: ['streams.like-others', 'streams.shared'],
    wrap: cacheStreams,
  },
  {
    name: 'counts streamed values as empty',
    caughtBy: ['streams.like-others'],
    wrap(driver) {
      const streamed = new Set<string>()
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          await driver.writeStream(scope, put, options)
          streamed.add(put.version)
        },
        async usage(scope) {
          const { entries, bytes } = await driver.usage(scope)
          const listed = await listWhole(driver, scope, { keysOnly: true })
          const uncounted = listed.filter(({ version }) => streamed.has(version))
          return { entries, bytes: uncounted.reduce((sum, { size }) => sum - size, bytes) }
        },
      })
    },
  },
  {
    name: 'streams only what was streamed',
    caughtBy: ['streams.of-whole-values'],
    wrap(driver) {
      const whole = new Set<string>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          for (const { version } of commit.puts) whole.add(version)
        },
        async readStream(scope, key, range, options) {
          const stream = await driver.readStream(scope, key, range, options)
          return stream === null || whole.has(stream.metadata.version) ? null : stream
        },
      })
    },
  },
  {
    name: 'takes with it, when it is closed, what was streamed through it',
    caughtBy: ['streams.reopened'],
    wrap(driver) {
      const streamed: { readonly scope: Scope; readonly key: StorageKey }[] = []
      return overrideDriver(driver, {
        async writeStream(scope, put, options) {
          await driver.writeStream(scope, put, options)
          streamed.push({ scope, key: put.key })
        },
        async close() {
          for (const { scope, key } of streamed.splice(0)) {
            const deletes = [{ store: scope.store, key }]
            await driver.commit(scope, { checks: [], puts: [], deletes, quota: null })
          }
          await driver.close()
        },
      })
    },
  },
  {
    name: 'gives a streamed value whole, however large it is',
    caughtBy: ['streams.stream-only'],
    wrap: (driver) =>
      overrideDriver(driver, {
        get: async (scope, keys) =>
          Promise.all(
            keys.map(async (key) => {
              const stream = await driver.readStream(scope, key, null)
              return stream && { ...stream.metadata, value: await joined(stream.body) }
            }),
          ),
      }),
  },
  {
    name: 'lists an empty value for one that is too large',
    caughtBy: ['streams.stream-only'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const page = await driver.list(scope, query, options)
          const empty = query.keysOnly ? null : new Uint8Array()
          const entries = page.entries.map((entry) => ({ ...entry, value: entry.value ?? empty }))
          return { ...page, entries }
        },
      }),
  },
]

async function* inOneBuffer(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(mebibyte)
  for await (const bytes of body) {
    buffer.set(bytes)
    yield buffer.subarray(0, bytes.byteLength)
  }
}

function cacheStreams(driver: StorageDriver): StorageDriver {
  const cache = new Map<string, { readonly metadata: EntryMetadata; readonly value: Uint8Array }>()
  return overrideDriver(driver, {
    async writeStream(scope, put, options) {
      await driver.writeStream(scope, put, options)
      const stream = await driver.readStream(scope, put.key, null)
      if (stream === null) return
      const { metadata, body } = stream
      cache.set(idOf(scope, put.key), { metadata, value: await joined(body) })
    },
    async readStream(scope, key, range, options) {
      const cached = cache.get(idOf(scope, key))
      if (cached === undefined) return driver.readStream(scope, key, range, options)
      const { metadata, value } = cached
      return { metadata, body: cut(value.slice(range?.start, range?.end ?? undefined)) }
    },
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      for (const { store, key } of commit.deletes) cache.delete(idOf({ ...target, store }, key))
    },
    async clear(scope, options) {
      cache.clear()
      return driver.clear(scope, options)
    },
  })
}

function idOf({ workspace, plugin, store }: Scope, key: StorageKey): string {
  return JSON.stringify([workspace, plugin, store, key])
}
