import { mkdtempDisposable, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue } from '@holdfast/session'
import { type TestPlugin, testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import files from '../src/index.ts'

/** Every byte that there is, so that nothing that goes through text comes out the same. */
const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index)
const base64 = Buffer.from(allBytes).toString('base64')

async function list(plugin: TestPlugin, parameters = {}): Promise<JsonValue | undefined> {
  const [message] = await plugin.run('list-files', parameters)
  return message?.type === 'json' ? message.value : undefined
}

test.each([
  'photo.png',
  'Berichte/2025/März.pdf',
  '../../etc/passwd',
  ':#%2F?',
  '猫.webp',
  '/',
  '.',
])('gives back what was stored under the name %j', async (name) => {
  const plugin = testPlugin(files)
  await plugin.run('upload', { name, base64 })
  const [message] = await plugin.run('download', { name })
  expect(message).toMatchObject({ type: 'blob', bytes: allBytes })
  expect(await list(plugin)).toMatchObject({ files: [{ name, bytes: 256 }], cursor: null })
})

test('stores a file of the disk under its own name and with the type of that', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-files-'))
  const path = join(folder.path, 'photo.png')
  await writeFile(path, allBytes)
  const plugin = testPlugin(files)
  await plugin.run('upload', { path })
  expect(await plugin.run('download', { name: 'photo.png' })).toEqual([
    { type: 'blob', bytes: allBytes, mimeType: 'image/png', filename: 'photo.png' },
  ])
})

test.each([
  [{ name: 'a.svg' }, 'image/svg+xml'],
  [{ name: 'a.unheard-of' }, 'application/octet-stream'],
  [{ name: 'README' }, 'application/octet-stream'],
  [{ name: 'a.svg', contentType: 'text/plain; charset=utf-8' }, 'text/plain; charset=utf-8'],
])('finds the media type of %j', async (parameters, type) => {
  const plugin = testPlugin(files)
  await plugin.run('upload', { ...parameters, base64 })
  expect(await list(plugin)).toMatchObject({ files: [{ type }] })
})

test('keeps an empty file', async () => {
  const plugin = testPlugin(files)
  await plugin.run('upload', { name: 'empty', base64: '' })
  expect(await plugin.run('download', { name: 'empty' })).toMatchObject([
    { bytes: new Uint8Array() },
  ])
})

test('lists files by prefix and page by page, with their times', async () => {
  const plugin = testPlugin(files, { now: Date.UTC(2025, 0, 1) })
  for (const name of ['b/2', 'a/1', 'b/1', 'b', 'c']) await plugin.run('upload', { name, base64 })
  plugin.clock.advance(1_000)
  await plugin.run('upload', { name: 'b/1', base64 })
  const first = await list(plugin, { prefix: 'b/', limit: 1 })
  const [createdAt, updatedAt] = ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:01.000Z']
  expect(first).toMatchObject({ files: [{ name: 'b/1', createdAt, updatedAt }] })
  const { cursor } = first as { cursor: string }
  expect(await list(plugin, { prefix: 'b/', cursor })).toMatchObject({
    files: [{ name: 'b/2', createdAt, updatedAt: createdAt }],
    cursor: null,
  })
})

test('replaces a file, unless told not to', async () => {
  const plugin = testPlugin(files)
  await plugin.run('upload', { name: 'a', base64: 'YQ==' })
  await plugin.run('upload', { name: 'a', base64 })
  await expect(
    plugin.run('upload', { name: 'a', base64: 'YQ==', replace: false }),
  ).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
  expect(await plugin.storage.get('a')).toEqual(allBytes)
})

test('deletes a file, and one that is not there', async () => {
  const plugin = testPlugin(files)
  await plugin.run('upload', { name: 'a', base64 })
  await plugin.run('delete-file', { name: 'a' })
  await plugin.run('delete-file', { name: 'a' })
  expect(await list(plugin)).toEqual({ files: [], cursor: null })
  await expect(plugin.run('download', { name: 'a' })).rejects.toThrow('there is no file "a"')
})

test('says when the quota is full, and stores nothing', async () => {
  const plugin = testPlugin(files, { quotaBytes: 300 })
  await plugin.run('upload', { name: 'a', base64 })
  await expect(plugin.run('upload', { name: 'b', base64 })).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  })
  expect(await list(plugin)).toMatchObject({ files: [{ name: 'a' }] })
})

test('stops to read a file that is over the quota', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-files-'))
  const path = join(folder.path, 'large')
  await writeFile(path, '')
  await truncate(path, 2 ** 40)
  await expect(
    testPlugin(files, { quotaBytes: 2 ** 22 }).run('upload', { path }),
  ).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  })
})

test('writes a file to the disk, and nothing over what is there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-files-'))
  const path = join(folder.path, 'copy.png')
  const plugin = testPlugin(files)
  await plugin.run('upload', { name: 'photo.png', base64 })
  await plugin.run('download', { name: 'photo.png', path })
  expect(new Uint8Array(await readFile(path))).toEqual(allBytes)
  await writeFile(path, 'mine')
  await expect(plugin.run('download', { name: 'photo.png', path })).rejects.toThrow('EEXIST')
  expect(await readFile(path, 'utf8')).toBe('mine')
  const missing = plugin.run('download', { name: 'none', path: join(folder.path, 'none') })
  await expect(missing).rejects.toThrow('there is no file "none"')
  expect(await readdir(folder.path)).toEqual(['copy.png'])
})

test.each(['/dev/zero', tmpdir(), '/no/such/file'])('takes no file from %s', async (path) => {
  await expect(testPlugin(files).run('upload', { path })).rejects.toMatchObject({
    code: 'TOOL_FAILED',
  })
})

test.each([
  {},
  { name: 'a' },
  { base64 },
  { path: 'a', base64 },
  { name: '', base64 },
  { name: 'a', base64: 'not base64' },
])('refuses wrong parameters: %j', async (parameters) => {
  await expect(testPlugin(files).run('upload', parameters)).rejects.toMatchObject({
    code: 'INVALID_PARAMETERS',
  })
})

test('refuses what is no name and no media type', async () => {
  const plugin = testPlugin(files)
  await expect(plugin.run('upload', { name: 'x'.repeat(513), base64 })).rejects.toMatchObject({
    code: 'INVALID_KEY',
  })
  await expect(
    plugin.run('upload', { name: 'a', base64, contentType: 'text/html\r\nx: y' }),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await list(plugin)).toEqual({ files: [], cursor: null })
})
