import type { PluginLimits } from './plugin-manifest.ts'

/** The bounds of a plugin whose manifest names none. */
export const defaultPluginLimits: PluginLimits = {
  memoryBytes: 268_435_456,
  timeoutMs: 60_000,
  concurrency: 64,
  queue: 256,
}
