import { fileURLToPath } from 'node:url'
import { parsePluginId, parseWorkspaceId, type PluginId, type StorageDriver } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import type { Message } from '@holdfast/session'
import { onTestFinished } from 'vitest'
import { createHost, type Host, readManifest } from '../src/index.ts'

export const workspace = parseWorkspaceId('acme')
export const plugin: PluginId = parsePluginId('notes')

/** A host of the plugin in fixtures/notes, on a store of its own. */
export async function openNotesHost(): Promise<{ host: Host; driver: StorageDriver }> {
  const driver = createMemoryDriver()
  await driver.open()
  onTestFinished(() => driver.close())
  const manifest = await readManifest(fileURLToPath(new URL('fixtures/notes', import.meta.url)))
  return { host: createHost({ driver, plugins: [manifest], mode: 'inline' }), driver }
}

/** Runs a tool of the plugin to its end. */
export async function collect(
  host: Host,
  tool: string,
  parameters: { readonly [name: string]: string } = {},
  owner = workspace,
): Promise<Message[]> {
  return Array.fromAsync(host.invokeTool({ workspace: owner, plugin, tool, parameters }))
}
