import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import {
  limits,
  mintVersion,
  parseStorageKey,
  type StorageDriver,
  type StreamPut,
} from '@holdfast/core'
import { createFileDriver } from '@holdfast/drivers-file'
import { describe, expect, test } from 'vitest'
import { commitOf, put, scope, target } from './entries.ts'
import { temporaryFolder } from './temporary-folder.ts'

const key = parseStorageKey('film')
const mebibyte = 1024 * 1024

function streamPut(body: AsyncIterable<Uint8Array>, more: Partial<StreamPut> = {}): StreamPut {
  return {
    key,
    version: mintVersion(),
    expiresAt: null,
    contentType: 'video/mp4',
    expected: undefined,
    quota: null,
    body,
    ...more,
  }
}

async function* filled(bytes: number, fill: number, piece = mebibyte): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += piece)
    yield new Uint8Array(Math.min(piece, bytes - at)).fill(fill)
}

async function read(driver: StorageDriver): Promise<Uint8Array> {
  const stream = await driver.readStream(scope, key, null)
  return Buffer.concat(await Array.fromAsync(stream?.body ?? []))
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield* filled(3 * mebibyte, 1)
  throw new Error('the line is cut')
}

/** What the file holds of streamed values, also what nobody can see. */
function stored(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true })
  return {
    chunks: database.prepare('SELECT count(*) AS count FROM chunks').get()?.['count'],
    streams: database.prepare('SELECT count(*) AS count FROM streams').get()?.['count'],
  }
}

test('an upload that is killed at half leaves the old value and, after a sweep, no byte of the new one', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  let now = Date.now()
  await using driver = createFileDriver({ path, clock: () => now })
  await driver.open()
  await driver.commit(target, commitOf(put(key, new Uint8Array(5).fill(7))))

  const child = spawn(
    process.execPath,
    ['--conditions=@holdfast/source', join(import.meta.dirname, 'fixtures/uploader.ts'), path, key],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === '8') child.kill('SIGKILL')
  }
  await once(child, 'close').catch(() => undefined)

  expect(stored(path)).not.toEqual({ chunks: 0, streams: 0 })
  expect(await read(driver)).toEqual(Buffer.alloc(5, 7))
  expect(await driver.usage(scope)).toEqual({ entries: 1, bytes: key.length + 5 })

  await driver.sweep(now)
  expect(stored(path), 'the lease of the upload has not ended yet').not.toEqual({
    chunks: 0,
    streams: 0,
  })
  now += 2 * limits.uploadLeaseMs
  await driver.sweep(now)
  expect(stored(path)).toEqual({ chunks: 0, streams: 0 })
  expect(await read(driver)).toEqual(Buffer.alloc(5, 7))
})

test('an upload whose source fails leaves no chunk behind', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using driver = createFileDriver({ path })
  await driver.open()
  await expect(driver.writeStream(scope, streamPut(broken()))).rejects.toMatchObject({
    code: 'BODY_FAILED',
    cause: { message: 'the line is cut' },
  })
  expect(stored(path)).toEqual({ chunks: 0, streams: 0 })
})

test('what is overwritten, deleted, cleared or expired leaves no chunk behind', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  let now = 1000
  await using driver = createFileDriver({ path, clock: () => now })
  await driver.open()
  const upload = (more: Partial<StreamPut> = {}): Promise<void> =>
    driver.writeStream(scope, streamPut(filled(3 * mebibyte, 1), more))
  const remove = { checks: [], puts: [], deletes: [{ store: scope.store, key }], quota: null }

  await upload()
  await upload()
  await driver.commit(target, commitOf(put(key, new Uint8Array(1))))
  await upload()
  await driver.commit(target, remove)
  await upload()
  await driver.clear(scope)
  await upload({ expiresAt: 2000 })
  now = 2000
  await driver.sweep(now)
  expect(stored(path)).toEqual({ chunks: 0, streams: 0 })
  expect(await driver.usage(scope)).toEqual({ entries: 0, bytes: 0 })
})

test('a reader of the old value finishes undisturbed while it is replaced and its chunks go', async () => {
  await using folder = await temporaryFolder()
  await using driver = createFileDriver({ path: join(folder.path, 'store.db') })
  await driver.open()
  await driver.writeStream(scope, streamPut(filled(4 * mebibyte, 1)))
  const stream = await driver.readStream(scope, key, null)
  await driver.writeStream(scope, streamPut(filled(mebibyte, 2)))
  await driver.sweep(Date.now())
  const old = Buffer.concat(await Array.fromAsync(stream?.body ?? []))
  expect(old.equals(Buffer.alloc(4 * mebibyte, 1))).toBe(true)
  expect(await read(driver)).toHaveLength(mebibyte)
})

test('small writes come between the chunks of a large one', async () => {
  await using folder = await temporaryFolder()
  await using driver = createFileDriver({ path: join(folder.path, 'store.db') })
  await driver.open()
  const order: string[] = []
  const large = driver
    .writeStream(scope, streamPut(filled(64 * mebibyte, 1)))
    .then(() => order.push('large'))
  for (let count = 0; count < 3; count++) {
    await driver.commit(target, commitOf(put(`small-${count}`, new Uint8Array(1))))
    order.push('small')
  }
  await large
  expect(order).toEqual(['small', 'small', 'small', 'large'])
})

test('a stream in and out takes a bounded amount of memory', async () => {
  await using folder = await temporaryFolder()
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      '--conditions=@holdfast/source',
      join(import.meta.dirname, 'fixtures/large-value.ts'),
      join(folder.path, 'store.db'),
      process.env['HOLDFAST_SOAK'] === undefined ? '256' : '1024',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await Array.fromAsync(createInterface({ input: child.stdout }))
  const { extraBytes } = JSON.parse(line ?? '') as { extraBytes: number }
  expect(extraBytes).toBeLessThan(64 * mebibyte)
}, 120_000)

describe.skipIf(process.platform !== 'linux')('a body that nobody reads (seen in /proc)', () => {
  test('gives back what it holds when it is ended before its first piece', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'store.db')
    await using driver = await openedWithFilm(path)
    const before = descriptors(path)
    for (let round = 0; round < 20; round++) {
      const stream = await driver.readStream(scope, key, null)
      await stream?.body[Symbol.asyncIterator]().return?.()
      await driver.commit(target, commitOf(put('other', new Uint8Array(1))))
    }
    expect(descriptors(path)).toBe(before)
  })

  test('shares its descriptors with all that were opened since the last commit', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'store.db')
    await using driver = await openedWithFilm(path)
    const before = descriptors(path)
    const streams = [await driver.readStream(scope, key, null)]
    const one = descriptors(path)
    expect(one).toBeGreaterThan(before)
    for (let round = 0; round < 20; round++) streams.push(await driver.readStream(scope, key, null))
    expect(descriptors(path)).toBe(one)

    await driver.writeStream(scope, streamPut(filled(2 * mebibyte, 2)))
    expect((await read(driver)).length, 'of what is opened now').toBe(2 * mebibyte)
    for (const stream of streams) {
      expect(Buffer.concat(await Array.fromAsync(stream?.body ?? []))).toHaveLength(mebibyte)
    }
    expect(descriptors(path)).toBeLessThanOrEqual(one)
  })

  test('gives back what it holds when the driver is closed, so that the log is tidied up', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'store.db')
    const driver = await openedWithFilm(path)
    const stream = await driver.readStream(scope, key, null)
    await driver.close()
    expect(stream?.metadata.size).toBe(mebibyte)
    expect(descriptors(path)).toBe(0)
    expect(await readdir(folder.path)).toEqual(['store.db'])
  })
})

async function openedWithFilm(path: string): Promise<StorageDriver> {
  const driver = createFileDriver({ path })
  await driver.open()
  await driver.writeStream(scope, streamPut(filled(mebibyte, 1)))
  // SQLite keeps the descriptor of the first reader for the next one.
  await read(driver)
  return driver
}

/** How many descriptors of this process are those of a store and its log. */
function descriptors(path: string): number {
  return readdirSync('/proc/self/fd').filter((name) => linkOf(name).startsWith(path)).length
}

/** What a descriptor is of; the one that lists them is gone by then. */
function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}
