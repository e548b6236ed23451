import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { parseStorageKey } from '@holdfast/core'
import { createFileDriver } from '@holdfast/drivers-file'
import { expect, test } from 'vitest'
import { commitOf, listAll, put, scope, target } from './entries.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

async function runFixture(name: string, ...parameters: readonly string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--conditions=@holdfast/source', join(fixtures, name), ...parameters],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  expect(await once(child, 'exit')).toEqual([0, null])
}

test('four processes that make one store at the same moment and count in it lose no step', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await Promise.all(Array.from({ length: 4 }, () => runFixture('counting-writer.ts', path, '250')))
  await using driver = createFileDriver({ path })
  await driver.open()
  const [entry] = await driver.get(scope, [parseStorageKey('counter')])
  expect(new TextDecoder().decode(entry?.value)).toBe('1000')
}, 120_000)

test('a write that another process holds up too long is STORE_BUSY, and nothing is written', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using driver = createFileDriver({ path, busyTimeoutMs: 20 })
  await driver.open()
  using other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const write = driver.commit(target, commitOf(put('key', new Uint8Array(1))))
  await expect(write).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
  other.exec('ROLLBACK')
  expect((await listAll(driver)).size).toBe(0)
})

test('reads go on while another process holds the lock of writers', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using driver = createFileDriver({ path })
  await driver.open()
  await driver.commit(target, commitOf(put('key', new Uint8Array(1))))
  using other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect((await listAll(driver)).size).toBe(1)
  other.exec('ROLLBACK')
})

test('a write whose signal aborts before the writer has it is ABORTED and never done', async () => {
  await using folder = await temporaryFolder()
  await using driver = createFileDriver({ path: join(folder.path, 'store.db') })
  await driver.open()
  const controller = new AbortController()
  const commit = commitOf(put('key', new Uint8Array(1)))
  const write = driver.commit(target, commit, { signal: controller.signal })
  controller.abort()
  await expect(write).rejects.toMatchObject({ code: 'ABORTED' })
  await driver.commit(target, commitOf(put('later', new Uint8Array(1))))
  expect([...(await listAll(driver)).keys()]).toEqual(['later'])
})

test('a driver that is not closed lets its process end', async () => {
  await using folder = await temporaryFolder()
  await runFixture('forgetful.ts', join(folder.path, 'store.db'))
  await using driver = createFileDriver({ path: join(folder.path, 'store.db') })
  await driver.open()
  expect((await listAll(driver)).size).toBe(1)
})

test.each([
  ['deleted', (path: string) => rm(path)],
  ['moved away', (path: string) => rename(path, `${path}.old`)],
  [
    'replaced',
    (path: string) => copyFile(path, `${path}.new`).then(() => rename(`${path}.new`, path)),
  ],
])('a write to a store that was %s is refused, for it would be lost', async (_how, change) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using driver = createFileDriver({ path })
  await driver.open()
  await driver.commit(target, commitOf(put('before', new Uint8Array(1))))
  await change(path)
  const write = driver.commit(target, commitOf(put('after', new Uint8Array(1))))
  await expect(write).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

test('a commit that waits for another process goes by the time when its turn has come', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using driver = createFileDriver({ path })
  await driver.open()
  const first = put('key', new Uint8Array(1), { expiresAt: Date.now() + 300 })
  await driver.commit(target, commitOf(first))

  using other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const check = { store: scope.store, key: first.key, version: first.version }
  const write = driver.commit(target, {
    ...commitOf(put('key', new Uint8Array(2))),
    checks: [check],
  })
  const settled = write.then(
    () => 'applied',
    (error: unknown) => error,
  )
  while ((await driver.get(scope, [first.key]))[0] !== null) await setImmediate()
  other.exec('ROLLBACK')
  expect(await settled).toMatchObject({ code: 'VERSION_MISMATCH', context: { current: null } })
})

test('a store is opened for reading while another process writes', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await using maker = createFileDriver({ path })
  await maker.open()
  await maker.commit(target, commitOf(put('key', new Uint8Array(1))))
  using other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  await using driver = createFileDriver({ path, busyTimeoutMs: 0 })
  await driver.open()
  expect((await listAll(driver)).size).toBe(1)
  other.exec('ROLLBACK')
})
