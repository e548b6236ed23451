import {
  type Clock,
  parsePluginId,
  parseWorkspaceId,
  type Quota,
  type StorageDriver,
} from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { bindDriver, type InvocationContext } from '@holdfast/session/runtime'

/** What a test changes of an invocation. */
export interface ContextOptions {
  readonly driver?: StorageDriver
  readonly workspace?: string
  readonly plugin?: string
  readonly quota?: Quota
  readonly invocationId?: string
  readonly attempt?: number
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/** An open driver that keeps nothing. */
export async function openDriver(clock?: Clock): Promise<StorageDriver> {
  const driver = createMemoryDriver({ clock })
  await driver.open()
  return driver
}

/** What a host would give to an invocation. */
export async function makeContext(options: ContextOptions = {}): Promise<InvocationContext> {
  const driver = options.driver ?? (await openDriver(options.clock))
  const workspace = parseWorkspaceId(options.workspace ?? 'acme')
  const plugin = parsePluginId(options.plugin ?? 'notes')
  return {
    storage: bindDriver(driver, { workspace, plugin }, options.quota ?? null),
    workspace,
    plugin: { id: plugin, version: '1.2.3' },
    invocationId: options.invocationId ?? 'i1',
    attempt: options.attempt ?? 1,
    signal: options.signal ?? new AbortController().signal,
    clock: options.clock ?? Date.now,
  }
}
