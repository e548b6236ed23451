import { parsePluginId, parseWorkspaceId, type StorageDriver } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import type { JsonObject, Message } from '@holdfast/session'
import { onTestFinished } from 'vitest'
import {
  createHost,
  type Host,
  type HostOptions,
  type PluginLimits,
  type PluginLog,
  type PluginManifest,
} from '../../src/index.ts'
import { builtFixture } from '../built-fixture.ts'

const acme = parseWorkspaceId('acme')
const plugin = parsePluginId('lifecycle')

/** A host of the plugin in fixtures/lifecycle, and what it says. */
export interface LifecycleHost {
  readonly host: Host
  readonly driver: StorageDriver
  readonly logs: PluginLog[]
  /** Calls a tool, and gives its messages as they come. */
  readonly call: (
    tool: string,
    parameters?: JsonObject,
    options?: { readonly signal?: AbortSignal; readonly workspace?: string },
  ) => AsyncIterableIterator<Message>
  /** Calls a tool to its end, and gives the value of its one message. */
  readonly ask: (tool: string, parameters?: JsonObject) => Promise<unknown>
}

/** Reads the manifest of the fixture, with other limits. */
export async function readFixture(limits: Partial<PluginLimits> = {}): Promise<PluginManifest> {
  const manifest = await builtFixture('lifecycle')
  return { ...manifest, limits: { ...manifest.limits, ...limits } }
}

/** Opens a host for one test. */
export async function openHost(
  options: Partial<HostOptions> = {},
  limits: Partial<PluginLimits> = {},
): Promise<LifecycleHost> {
  const driver = createMemoryDriver()
  await driver.open()
  const logs: PluginLog[] = []
  const host = createHost({
    driver,
    plugins: [await readFixture(limits)],
    graceMs: 300,
    onLog: (log) => logs.push(log),
    ...options,
  })
  onTestFinished(async () => {
    await host.close()
    await driver.close()
  })
  const call: LifecycleHost['call'] = (tool, parameters = {}, { signal, workspace } = {}) =>
    host.invokeTool({
      workspace: workspace === undefined ? acme : parseWorkspaceId(workspace),
      plugin,
      tool,
      parameters,
      signal,
    })
  return {
    host,
    driver,
    logs,
    call,
    async ask(tool, parameters) {
      const [message] = await Array.fromAsync(call(tool, parameters))
      return message?.type === 'json' ? message.value : message
    },
  }
}

/** What the tool `who-am-i` answers. */
export interface WhoAmI {
  readonly pid: number
  readonly workspace: string
  readonly attempt: number
  readonly environment: readonly (readonly [string, string])[]
}

/** Resolves when a process is there no more. */
export async function gone(pid: number): Promise<void> {
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
}

export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}
