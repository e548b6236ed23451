import { fileURLToPath } from 'node:url'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { describe, expect, test } from 'vitest'
import { createHost, type HostOptions, readManifest } from '../src/index.ts'
import { collect, openNotesHost, plugin, workspace } from './notes-host.ts'
import { makePluginFolder } from './plugin-folder.ts'

const driver = createMemoryDriver()

describe('a host', () => {
  test('describes the tools and endpoints of a plugin', async () => {
    const { host } = await openNotesHost()

    expect(await host.describe(plugin)).toMatchObject({
      id: 'notes',
      version: '2.0.1',
      tools: [
        {
          name: 'remember',
          description: 'Stores a text under a name.',
          parameters: { type: 'object' },
        },
        { name: 'recall' },
        { name: 'count' },
        { name: 'fill' },
        { name: 'hang' },
        { name: 'late' },
        { name: 'fail' },
      ],
      endpoints: [
        { path: '/open/:name', public: true },
        { path: '/stream', public: false },
        { path: '/broken', public: false },
        { path: '/*', public: false },
      ],
    })
  })

  test('refuses two plugins with one id, naming both folders', async () => {
    const least = { id: 'notes', entry: './index.js' }
    const one = await readManifest(await makePluginFolder(least))
    const other = await readManifest(await makePluginFolder(least))

    expect(() => createHost({ driver, plugins: [one, other], mode: 'inline' })).toThrow(
      expect.objectContaining({
        code: 'MANIFEST_INVALID',
        message: expect.stringContaining(`${one.directory} and ${other.directory}`),
      }),
    )
  })

  test('refuses a mode that there is not', () => {
    const mode = 'outline' as HostOptions['mode']

    expect(() => createHost({ driver, plugins: [], mode })).toThrow(/"inline"; got "outline"/)
  })

  test('refuses rules for an endpoint that the code does not define', async () => {
    const folder = fileURLToPath(new URL('fixtures/notes', import.meta.url))
    const manifest = { ...(await readManifest(folder)), endpoints: { '/opn': { public: true } } }
    const host = createHost({ driver, plugins: [manifest], mode: 'inline' })

    await expect(host.describe(plugin)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('"/opn", but the code defines no such endpoint'),
    })
  })
})

describe('a host that is closed', () => {
  test('lets the calls in flight finish', async () => {
    const { host } = await openNotesHost()
    const messages = host.invokeTool({ workspace, plugin, tool: 'count', parameters: {} })
    await messages.next()
    let isClosed = false
    const closed = host.close().then(() => (isClosed = true))

    expect(await messages.next()).toMatchObject({ value: { text: 'two' } })
    expect(isClosed).toBe(false)
    expect(await messages.next()).toMatchObject({ done: true })
    await closed
  })

  test('takes no more calls', async () => {
    const { host } = await openNotesHost()
    await host.close()
    const request = new Request('http://localhost/')

    await expect(collect(host, 'recall')).rejects.toMatchObject({ code: 'DRAINING' })
    await expect(
      host.handleRequest({ workspace, plugin, path: '/stream', request }),
    ).rejects.toMatchObject({ code: 'DRAINING' })
  })
})
