import { isHoldfastError } from '@holdfast/core'
import { createHost, type HostMode } from '@holdfast/host'
import { findPlugins } from '../find-plugins.ts'
import { openStore } from '../store-registry.ts'
import type { Repository } from './repository.ts'

/** Where the plugins of the demo run. */
export interface DemoMode {
  readonly mode: HostMode
  /** Why it is not the one that was asked for; `null` if it is. */
  readonly reason: string | null
}

/**
 * Finds out whether the sample plugins can run in processes of their own here. Where root has cloned
 * the repository into a folder that is closed to others, they cannot be read by those; they are ours,
 * so they may run in this process instead.
 */
export async function findMode(
  asked: HostMode,
  repository: Repository,
  signal: AbortSignal,
): Promise<DemoMode> {
  if (asked !== 'process') return { mode: asked, reason: null }
  const plugins = await findPlugins([repository.plugins])
  await using driver = await openStore('memory:', { create: true, signal })
  await using host = createHost({ driver, plugins, mode: asked, keepsWarm: false })
  try {
    for (const { id } of plugins.slice(0, 1)) await host.describe(id)
    return { mode: asked, reason: null }
  } catch (error) {
    if (!isHoldfastError(error, 'PLUGIN_LOAD_FAILED')) throw error
    return { mode: 'inline', reason: error.message }
  }
}
