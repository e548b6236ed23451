import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { mintVersion, parseStorageKey, type StorageDriver, type StreamPut } from '@holdfast/core'
import { createFileDriver } from '@holdfast/drivers-file'
import { expect, test } from 'vitest'
import { WriterClient } from '../src/writer-client.ts'
import { commitOf, put, scope, target } from './entries.ts'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts'

const key = parseStorageKey('film')
const sizable = 700_000

test('a writer that dies leaves what it was at in doubt, and the next write starts a new one', async () => {
  await using store = await openedStore()
  const { driver, writers } = store
  await driver.commit(target, commitOf(put('a', new Uint8Array(1))))

  const lock = lockOf(store.path)
  const inHand = codeOf(driver.commit(target, commitOf(put('b', new Uint8Array(1)))))
  await setImmediate()
  const waiting = driver.commit(target, commitOf(put('c', new Uint8Array(1))))
  await writers[0]?.terminate()
  expect(await inHand).toBe('OUTCOME_UNKNOWN')
  expect(await keysOf(driver), 'reads go on').toEqual(['a'])
  lock.close()
  await waiting
  await driver.commit(target, commitOf(put('d', new Uint8Array(1))))
  expect(await keysOf(driver)).toEqual(['a', 'c', 'd'])
  expect(writers).toHaveLength(2)
})

test('an upload whose writer dies under it was not applied, and may be tried again', async () => {
  await using store = await openedStore()
  const { driver, writers } = store
  const lock = lockOf(store.path)
  const body = endingBody()
  const upload = driver.writeStream(scope, streamPut(body.pieces))
  const failure = upload.catch((error: unknown) => error)
  await body.ended
  await setImmediate()
  await writers[0]?.terminate()
  lock.close()
  expect(await failure).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
  expect(await keysOf(driver)).toEqual([])
  await driver.writeStream(scope, streamPut(endingBody().pieces))
  expect(await keysOf(driver)).toEqual([key])
})

test('a writer that dies idle is not missed', async () => {
  await using store = await openedStore()
  await store.writers[0]?.terminate()
  await store.driver.commit(target, commitOf(put('a', new Uint8Array(1))))
  await store.writers[1]?.terminate()
  await store.driver.close()
  expect(store.writers).toHaveLength(2)
})

test('a new writer makes no new store where the old one was moved away', async () => {
  await using store = await openedStore()
  await store.driver.commit(target, commitOf(put('a', new Uint8Array(1))))
  await rename(store.path, `${store.path}.moved`)
  await store.writers[0]?.terminate()
  const write = (): Promise<string> =>
    codeOf(store.driver.commit(target, commitOf(put('b', new Uint8Array(1)))))
  expect(await write()).toBe('STORE_UNAVAILABLE')
  await rename(`${store.path}.moved`, store.path)
  expect(await write()).toBe('resolved')
  expect(await keysOf(store.driver)).toEqual(['a', 'b'])
})

test('an upload that is aborted after its body has ended, but before its commit, is never applied', async () => {
  await using store = await openedStore()
  const { driver } = store
  const lock = lockOf(store.path)
  const controller = new AbortController()
  const body = endingBody()
  const outcome = codeOf(
    driver.writeStream(scope, streamPut(body.pieces), { signal: controller.signal }),
  )
  await body.ended
  await setImmediate()
  controller.abort()
  expect(await outcome).toBe('ABORTED')
  lock.close()
  // A commit of its own comes after all that was sent before it.
  await driver.commit(target, commitOf(put('later', new Uint8Array(1))))
  expect(await keysOf(driver)).toEqual(['later'])
})

test('a job whose signal has aborted before is not done', async () => {
  await using folder = await temporaryFolder()
  const client = await WriterClient.open({ path: join(folder.path, 'store.db'), busyTimeoutMs: 0 })
  const reason = new Error('enough')
  const job = { kind: 'clear', scope, now: null } as const
  await expect(client.run(job, AbortSignal.abort(reason))).rejects.toBe(reason)
  await client.close()
})

test('close ends an upload whose source holds it up, and keeps nothing of it', async () => {
  await using store = await openedStore()
  const { driver } = store
  const sent = Promise.withResolvers<undefined>()
  const body = (async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(sizable)
    sent.resolve(undefined)
    await new Promise(() => {})
  })()
  const outcome = codeOf(driver.writeStream(scope, streamPut(body)))
  await sent.promise
  await driver.close()
  expect(await outcome).toBe('DRIVER_CLOSED')
  using database = new DatabaseSync(store.path, { readOnly: true })
  expect(database.prepare('SELECT count(*) AS count FROM chunks').get()).toEqual({ count: 0 })
})

interface OpenedStore extends AsyncDisposable {
  readonly path: string
  readonly driver: StorageDriver
  /** The threads that it has started, in order. */
  readonly writers: readonly Worker[]
}

async function openedStore(): Promise<OpenedStore> {
  const folder: TemporaryFolder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  const driver = createFileDriver({ path })
  const writers: Worker[] = []
  const remember = (worker: Worker): void => void writers.push(worker)
  process.on('worker', remember)
  await driver.open()
  return {
    path,
    driver,
    writers,
    [Symbol.asyncDispose]: async () => {
      await driver.close()
      process.off('worker', remember)
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Holds the right to write, as another process does, until it is closed. */
function lockOf(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  return database
}

/** A body of several chunks, which tells when all of it was taken. */
function endingBody() {
  const ended = Promise.withResolvers<undefined>()
  const pieces = (async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(sizable)
    ended.resolve(undefined)
  })()
  return { pieces, ended: ended.promise }
}

function streamPut(body: AsyncIterable<Uint8Array>): StreamPut {
  const more = { contentType: null, expiresAt: null, expected: undefined, quota: null }
  return { key, version: mintVersion(), ...more, body }
}

async function keysOf(driver: StorageDriver): Promise<readonly string[]> {
  const query = { prefix: '', cursor: null, limit: 10, keysOnly: true }
  return (await driver.list(scope, query)).entries.map((entry) => entry.key)
}

function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'resolved',
    (error: { readonly code: string }) => error.code,
  )
}
