import { EventEmitter, once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { onTestFinished, expect, test } from 'vitest'
import { createHost, type Host, readManifest, watchPlugins } from '../../src/index.ts'
import { barePlugin } from '../bare-plugin.ts'
import { makeFolder } from '../plugin-folder.ts'
import { failureOf, gone } from './lifecycle-host.ts'

/** A plugin whose tool says its version twice, in between waiting. */
function codeOf(version: string): string {
  return barePlugin(`yield message('${version} ' + process.pid); yield message('${version}')`)
}

interface Editable {
  readonly host: Host
  readonly logs: EventEmitter<{ line: [text: string] }>
  /** Writes the code of the plugin. */
  readonly write: (code: string) => Promise<void>
  /** Removes it. */
  readonly remove: () => Promise<void>
  readonly say: () => AsyncIterator<unknown>
  /** Writes the code of the plugin and has it loaded anew. */
  readonly reload: (code: string, manifest?: object) => Promise<unknown>
}

async function openEditable(): Promise<Editable> {
  const folder = await makeFolder({ 'package.json': packageOf(), 'plugin.cjs': codeOf('first') })
  const driver = createMemoryDriver()
  await driver.open()
  const logs: Editable['logs'] = new EventEmitter()
  const host = createHost({
    driver,
    plugins: [await readManifest(folder)],
    keepsWarm: false,
    onLog: ({ text }) => logs.emit('line', text),
  })
  onTestFinished(async () => {
    await host.close()
    await driver.close()
  })
  const write = (code: string): Promise<void> => writeFile(join(folder, 'plugin.cjs'), code)
  return {
    host,
    logs,
    write,
    remove: () => rm(join(folder, 'plugin.cjs')),
    say: () =>
      host.invokeTool({
        workspace: parseWorkspaceId('acme'),
        plugin: parsePluginId('editable'),
        tool: 'say',
        parameters: {},
      }),
    async reload(code, more) {
      await write(code)
      await writeFile(join(folder, 'package.json'), packageOf(more))
      return host.reload(await readManifest(folder))
    },
  }
}

/** The first that the tool says; it is told to end then. */
async function firstOf(messages: AsyncIterator<unknown>): Promise<string> {
  const text = await textOf(messages.next())
  await messages.return?.()
  return text
}

async function textOf(step: Promise<IteratorResult<unknown>>): Promise<string> {
  return ((await step).value as { readonly text: string }).text
}

test('a plugin that is loaded anew serves from then on, and its old process finishes and goes', async () => {
  const { reload, say } = await openEditable()
  const old = say()
  const [version, pid] = (await textOf(old.next())).split(' ')
  expect(version).toBe('first')

  await reload(codeOf('second'))
  expect(await firstOf(say())).toMatch(/^second /)
  expect(await textOf(old.next())).toBe('first')
  expect((await old.next()).done).toBe(true)
  await gone(Number(pid))
})

test.each([
  ['does not parse', 'module.exports = {', 'PLUGIN_LOAD_FAILED'],
  ['throws while it loads', "throw new Error('not today')", 'PLUGIN_LOAD_FAILED'],
  ['is no plugin', 'module.exports = 1', 'PLUGIN_LOAD_FAILED'],
  ['ends its process', 'process.exit(4)', 'PLUGIN_LOAD_FAILED'],
])('a version that %s leaves the old one serving', async (_what, code, expected) => {
  const { reload, say } = await openEditable()
  const [, before] = (await firstOf(say())).split(' ')
  expect(await failureOf(reload(code))).toMatchObject({ code: expected })
  expect(await firstOf(say())).toBe(`first ${before}`)
  // And it does not stand in the way of the next.
  await reload(codeOf('third'))
  expect(await firstOf(say())).toMatch(/^third /)
})

test('a version whose manifest has rules for what its code lacks leaves the old one serving', async () => {
  const { reload, say } = await openEditable()
  await firstOf(say())
  const endpoints = { '/hook': { public: true } }
  expect(await failureOf(reload(codeOf('second'), { endpoints }))).toMatchObject({
    code: 'MANIFEST_INVALID',
  })
  expect(await firstOf(say())).toMatch(/^first /)
})

test('many versions in quick succession end with the last', async () => {
  const { reload, say } = await openEditable()
  for (const version of ['a', 'b', 'c', 'd']) {
    void firstOf(say())
    await reload(codeOf(version))
  }
  expect(await firstOf(say())).toMatch(/^d /)
})

test('a change that is never loaded gives way to the next one', async () => {
  const { host, logs, write, say } = await openEditable()
  await firstOf(say())
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const failures: unknown[] = []
  const { promise: reloaded, resolve: onReload } = Promise.withResolvers<unknown>()
  const onError = (_plugin: unknown, error: unknown): void => void failures.push(error)
  watchPlugins(host, { onReload, onError, signal: end.signal })

  const looping = once(logs, 'line')
  await write("process.stderr.write('looping\\n'); for (;;);")
  expect(await looping).toEqual(['looping'])
  await write(codeOf('second'))
  await reloaded
  expect(await firstOf(say())).toMatch(/^second /)
  expect(failures).toEqual([])
})

test('a plugin whose built script is gone cannot be loaded, and says so', async () => {
  const { host, say, remove } = await openEditable()
  await remove()
  const failure = { code: 'PLUGIN_LOAD_FAILED', message: expect.stringMatching(/ENOENT/) as string }
  expect(await failureOf(firstOf(say()))).toMatchObject(failure)
  expect(await failureOf(host.describe(parsePluginId('editable')))).toMatchObject(failure)
})

function packageOf(more: object = {}): string {
  const bundle = { format: 'script', cache: null, addons: false }
  const holdfast = { id: 'editable', entry: './plugin.cjs', bundle, ...more }
  return JSON.stringify({ version: '1.0.0', holdfast })
}
