import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestPlugin, testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import kvCache from '../src/index.ts'

const text = 'to be, or not to be, that is the question. '.repeat(50)

async function compute(plugin: TestPlugin, parameters: object): Promise<Record<string, unknown>> {
  const messages = await plugin.run('compute', parameters)
  const result = messages.find((message) => message.type === 'json')
  return result?.value as Record<string, unknown>
}

async function stats(plugin: TestPlugin): Promise<unknown> {
  const [message] = await plugin.run('stats')
  return message?.type === 'json' ? message.value : undefined
}

test('computes once, then answers from the cache', async () => {
  const plugin = testPlugin(kvCache)
  const first = await compute(plugin, { text })
  const second = await compute(plugin, { text })
  expect(first).toMatchObject({ origin: 'miss', codec: 'brotli', bytes: text.length })
  expect(first['compressedBytes']).toBeLessThan(text.length / 10)
  expect(second).toEqual({ ...first, origin: 'hit', tookMs: second['tookMs'] })
  expect(await stats(plugin)).toEqual({ hit: 1, miss: 1, shared: 0, results: 1 })
})

test('measures each codec for itself', async () => {
  const plugin = testPlugin(kvCache)
  for (const codec of ['brotli', 'zstd', 'gzip']) {
    const { key, ...result } = await compute(plugin, { text, codec })
    expect(result).toMatchObject({ origin: 'miss', codec })
    expect(key).toMatch(new RegExp(`^${codec}/[0-9a-f]{64}$`))
  }
  expect(await stats(plugin)).toMatchObject({ miss: 3, results: 3 })
})

test('measures an empty text', async () => {
  expect(await compute(testPlugin(kvCache), { text: '', codec: 'gzip' })).toMatchObject({
    bytes: 0,
    compressedBytes: 20,
  })
})

test('knows a file by its content, under whatever name and after whatever edit', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-kv-cache-'))
  const [path, copy] = [join(folder.path, 'a.txt'), join(folder.path, 'b.txt')]
  await writeFile(path, text)
  await writeFile(copy, text)
  const plugin = testPlugin(kvCache)
  expect(await compute(plugin, { path })).toMatchObject({ origin: 'miss' })
  expect(await compute(plugin, { path: copy })).toMatchObject({ origin: 'hit' })
  await writeFile(path, `${text}!`)
  expect(await compute(plugin, { path })).toMatchObject({ origin: 'miss', bytes: text.length + 1 })
})

test('forgets a result when its time is over', async () => {
  const plugin = testPlugin(kvCache)
  await compute(plugin, { text, ttlMs: 1_000 })
  plugin.clock.advance(999)
  expect(await compute(plugin, { text })).toMatchObject({ origin: 'hit' })
  plugin.clock.advance(1)
  expect(await compute(plugin, { text })).toMatchObject({ origin: 'miss' })
})

test('forgets one result by its key, and several by the begin of their keys', async () => {
  const plugin = testPlugin(kvCache)
  const { key } = await compute(plugin, { text, codec: 'gzip' })
  await compute(plugin, { text: 'other', codec: 'gzip' })
  await compute(plugin, { text, codec: 'zstd' })
  expect(await plugin.run('invalidate', { prefix: key })).toMatchObject([
    { value: { forgotten: 1 } },
  ])
  expect(await compute(plugin, { text: 'other', codec: 'gzip' })).toMatchObject({ origin: 'hit' })
  expect(await compute(plugin, { text, codec: 'gzip' })).toMatchObject({ origin: 'miss' })
  expect(await plugin.run('invalidate', { prefix: 'gzip/' })).toMatchObject([
    { value: { forgotten: 2 } },
  ])
  expect(await compute(plugin, { text, codec: 'zstd' })).toMatchObject({ origin: 'hit' })
  expect(await plugin.run('invalidate', { prefix: '' })).toMatchObject([
    { value: { forgotten: 1 } },
  ])
  expect(await stats(plugin)).toMatchObject({ results: 0 })
})

test('does not keep a failure', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-kv-cache-'))
  const path = join(folder.path, 'late.txt')
  const plugin = testPlugin(kvCache)
  await expect(compute(plugin, { path })).rejects.toMatchObject({ code: 'TOOL_FAILED' })
  await writeFile(path, text)
  expect(await compute(plugin, { path })).toMatchObject({ origin: 'miss' })
})

test.each([{}, { path: 'a', text: 'b' }, { text, codec: 'lzma' }, { text, ttlMs: 0 }])(
  'refuses wrong parameters and keeps nothing: %j',
  async (parameters) => {
    const plugin = testPlugin(kvCache)
    await expect(compute(plugin, parameters)).rejects.toMatchObject({ code: 'INVALID_PARAMETERS' })
    expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
  },
)
