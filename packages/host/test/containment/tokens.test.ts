import { fileURLToPath } from 'node:url'
import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import type { JsonValue } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHost, type Host, readManifest } from '../../src/index.ts'
import { type HostRow, processRows } from '../host-rows.ts'

const workspace = parseWorkspaceId('acme')

type Call = (plugin: string, tool: string, parameters?: JsonValue) => Promise<unknown>

/** Two plugins with the code of fixtures/attacker, both of which know the tokens that they are sent. */
async function openHost(row: HostRow): Promise<{ readonly host: Host; readonly call: Call }> {
  const folder = fileURLToPath(new URL('../fixtures/attacker', import.meta.url))
  const manifest = await readManifest(folder)
  const plugins = ['attacker', 'other'].map((id) => ({ ...manifest, id: parsePluginId(id) }))
  const driver = createMemoryDriver()
  await driver.open()
  const host = createHost({ driver, plugins, ...row.options })
  onTestFinished(async () => {
    await host.close()
    await driver.close()
  })
  const call: Call = async (id, tool, parameters = {}) => {
    const plugin = parsePluginId(id)
    const invocation = host.invokeTool({ workspace, plugin, tool, parameters })
    const [message] = await Array.fromAsync(invocation)
    return message?.type === 'json' ? message.value : null
  }
  for (const plugin of ['attacker', 'other']) await call(plugin, 'sniff')
  return { host, call }
}

describe.each(processRows)('in $title a call to the stores', (row) => {
  test('is served in the name of the invocation that makes it', async () => {
    const { call } = await openHost(row)

    expect(await call('attacker', 'forge-call', { token: null })).toBe('served')
  })

  test('is refused with a token that nobody gave', async () => {
    const { call } = await openHost(row)
    const token = 'ab'.repeat(16)

    expect(await call('attacker', 'forge-call', { token })).toBe('refused')
  })

  test('is refused with the token of an invocation that has ended', async () => {
    const { call } = await openHost(row)
    await call('attacker', 'harmless')
    const [token = ''] = (await call('attacker', 'sniffed-tokens')) as readonly string[]

    expect(token).toMatch(/^[0-9a-f]{32}$/)
    expect(await call('attacker', 'forge-call', { token })).toBe('refused')
  })

  test('is refused with the token of an invocation of another plugin', async () => {
    const { host, call } = await openHost(row)
    const controller = new AbortController()
    const { signal } = controller
    const plugin = parsePluginId('other')
    const alive = host.invokeTool({ workspace, plugin, tool: 'linger', parameters: {}, signal })
    const ended = alive.next().catch((error: unknown) => error)
    const [token = ''] = (await call('other', 'sniffed-tokens')) as readonly string[]

    expect(await call('other', 'forge-call', { token })).toBe('served')
    expect(await call('attacker', 'forge-call', { token })).toBe('refused')
    controller.abort()
    expect(await ended).toMatchObject({ code: 'ABORTED' })
  })
})
