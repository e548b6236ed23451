import type { ByteRange, EntryStream, Scope, StorageDriver, StreamPut } from '@holdfast/core'
import { joined } from '../bodies.ts'
import { overrideDriver } from './override-driver.ts'

/** A driver that stores something else than the body that an upload gives. */
export function changeUploads(
  driver: StorageDriver,
  change: (put: StreamPut, scope: Scope) => AsyncIterable<Uint8Array>,
): StorageDriver {
  return overrideDriver(driver, {
    writeStream(scope, put, options) {
      const source = put.body[Symbol.asyncIterator]()
      const changed = change({ ...put, body: { [Symbol.asyncIterator]: () => source } }, scope)
      const body = { [Symbol.asyncIterator]: () => stoppingBoth(changed, source) }
      return driver.writeStream(scope, { ...put, body }, options)
    },
  })
}

/** To stop a generator is to wait for what it waits for, so its source is stopped at once. */
function stoppingBoth(
  changed: AsyncIterable<Uint8Array>,
  source: AsyncIterator<Uint8Array, unknown>,
): AsyncIterator<Uint8Array, unknown> {
  const pieces = changed[Symbol.asyncIterator]()
  return {
    next: () => pieces.next(),
    async return(value) {
      await source.return?.(value)
      return { done: true, value }
    },
  }
}

/** As {@link changeUploads}, with the whole body at once. */
export function changeUploaded(
  driver: StorageDriver,
  change: (value: Uint8Array) => Uint8Array,
): StorageDriver {
  return changeUploads(driver, async function* ({ body }) {
    yield change(await joined(body))
  })
}

/** A driver that gives out other streams. */
export function changeDownloads(
  driver: StorageDriver,
  change: (stream: EntryStream, range: ByteRange | null) => EntryStream | Promise<EntryStream>,
): StorageDriver {
  return overrideDriver(driver, {
    async readStream(scope, key, range, options) {
      const stream = await driver.readStream(scope, key, range, options)
      return stream && change(stream, range)
    },
  })
}

/** An upload as the commit that would write the same. */
export async function uploadAsCommit(
  driver: StorageDriver,
  scope: Scope,
  upload: StreamPut,
  value: Uint8Array,
): Promise<void> {
  const { body: _, quota, expected, ...put } = upload
  const { store } = scope
  const checks = expected === undefined ? [] : [{ store, key: put.key, version: expected }]
  await driver.commit(scope, { checks, puts: [{ ...put, store, value }], deletes: [], quota })
}
