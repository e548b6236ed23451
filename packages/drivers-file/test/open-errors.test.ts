import { chmod, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createFileDriver } from '@holdfast/drivers-file'
import { expect, test } from 'vitest'
import { commitOf, listAll, put, target } from './entries.ts'
import { temporaryFolder } from './temporary-folder.ts'

async function openError(path: string): Promise<unknown> {
  await using driver = createFileDriver({ path })
  return await driver.open().catch((error: unknown) => error)
}

async function makeStore(path: string, entries = 1): Promise<void> {
  await using driver = createFileDriver({ path })
  await driver.open()
  for (let index = 0; index < entries; index++) {
    await driver.commit(target, commitOf(put(`key-${index}`, new Uint8Array(3000).fill(index))))
  }
}

/** Opens what is there, expects a refusal, and that not a byte and no file has changed. */
async function expectRefusal(path: string, folder: string, code: string): Promise<void> {
  const before = { names: await readdir(folder), bytes: await readFile(path) }
  expect(await openError(path)).toMatchObject({ name: 'HoldfastError', code })
  expect({ names: await readdir(folder), bytes: await readFile(path) }).toEqual(before)
}

test('a missing parent folder is refused, and not made', async () => {
  await using folder = await temporaryFolder()
  const error = await openError(join(folder.path, 'missing', 'store.db'))
  expect(error).toMatchObject({ code: 'STORE_PARENT_MISSING' })
  expect(await readdir(folder.path)).toEqual([])
})

test('a parent that is a file is refused', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'file'), 'text')
  const error = await openError(join(folder.path, 'file', 'store.db'))
  expect(error).toMatchObject({ code: 'STORE_PARENT_MISSING' })
})

test('a directory is refused, and left empty', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await mkdir(path)
  expect(await openError(path)).toMatchObject({ code: 'STORE_IS_DIRECTORY' })
  expect(await readdir(path)).toEqual([])
})

test('a store without write permission is refused, even to root', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path)
  await chmod(path, 0o444)
  await expectRefusal(path, folder.path, 'STORE_READ_ONLY')
})

test('a folder without write permission is refused, even to root', async () => {
  await using folder = await temporaryFolder()
  const parent = join(folder.path, 'parent')
  await mkdir(parent)
  await chmod(parent, 0o555)
  expect(await openError(join(parent, 'store.db'))).toMatchObject({ code: 'STORE_READ_ONLY' })
  expect(await readdir(parent)).toEqual([])
})

test.each([
  ['a text', 'It was a dark and stormy night.'],
  ['a text shorter than a header', 'x'],
  ['a longer text', 'All work and no play makes Jack a dull boy. '.repeat(500)],
  ['a header that is cut off', 'SQLite format 3\0 and no more'],
])('%s is no store', async (_what, content) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await writeFile(path, content)
  await expectRefusal(path, folder.path, 'STORE_NOT_HOLDFAST')
})

test('the database of another application is no store', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE entries (key TEXT, value TEXT)')
  database.close()
  await expectRefusal(path, folder.path, 'STORE_NOT_HOLDFAST')
})

test('a store of a newer version is refused', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path)
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99')
  database.close()
  await expectRefusal(path, folder.path, 'STORE_TOO_NEW')
})

test('a store of a newer version is refused also while its version stands only in its log', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path)
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99')
  expect(await openError(path)).toMatchObject({ code: 'STORE_TOO_NEW' })
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 })
  database.close()
})

test('a store whose schema is gone is corrupt, and left as it is', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path)
  const bytes = await readFile(path)
  await writeFile(path, bytes.fill(0xa5, 100, 8192))
  await expectRefusal(path, folder.path, 'STORE_CORRUPT')
})

test('reading a damaged page says that the store is corrupt, never that a key is missing', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path, 100)
  const bytes = await readFile(path)
  await writeFile(path, bytes.fill(0xa5, 8192))
  await using driver = createFileDriver({ path })
  const read = driver.open().then(() => listAll(driver))
  await expect(read).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
})

test('a store that lost its end is corrupt', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await makeStore(path, 100)
  await truncate(path, 2 * 8192)
  await using driver = createFileDriver({ path })
  const read = driver.open().then(() => listAll(driver))
  await expect(read).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
})

test('an empty file becomes a store', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  await writeFile(path, '')
  await makeStore(path)
  await using driver = createFileDriver({ path })
  await driver.open()
  expect((await listAll(driver)).size).toBe(1)
})

test('a path is a path, whatever SQLite would make of it', async () => {
  await using folder = await temporaryFolder()
  for (const name of [':memory:', 'file:store.db?mode=memory', 'a b%20c#d.db', 'é.db']) {
    await makeStore(join(folder.path, name))
    expect(await readdir(folder.path)).toContain(name)
  }
})

test('a symbolic link leads to its store', async () => {
  await using folder = await temporaryFolder()
  await makeStore(join(folder.path, 'store.db'))
  await symlink('store.db', join(folder.path, 'link.db'))
  await using driver = createFileDriver({ path: join(folder.path, 'link.db') })
  await driver.open()
  expect((await listAll(driver)).size).toBe(1)
})

test('closing leaves one file', async () => {
  await using folder = await temporaryFolder()
  await makeStore(join(folder.path, 'store.db'))
  expect(await readdir(folder.path)).toEqual(['store.db'])
})

test.each([[''], ['a\0b'], [7]])('the path %j is misuse', (path) => {
  expect(() => createFileDriver({ path: path as string })).toThrow(TypeError)
})

test('a negative busy timeout is misuse', () => {
  expect(() => createFileDriver({ path: 'x', busyTimeoutMs: -1 })).toThrow(TypeError)
})
