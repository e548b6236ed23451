import type { PluginLimits } from './plugin-manifest.ts'

/** The bounds of a plugin whose manifest names none. */
export const defaultPluginLimits: PluginLimits = {
  memoryBytes: 268_435_456,
  timeoutMs: 60_000,
  concurrency: 64,
  queue: 256,
}

/** Least and most that a manifest or an operator may set a bound to. */
export const pluginLimitRanges: Readonly<Record<keyof PluginLimits, LimitRange>> = {
  // Node itself takes some 40 MiB before there is any plugin.
  memoryBytes: { least: 67_108_864, most: 1_099_511_627_776 },
  // The longest time that a timer can be set to.
  timeoutMs: { least: 1, most: 2_147_483_647 },
  concurrency: { least: 1, most: 10_000 },
  queue: { least: 0, most: 100_000 },
}

/** Both inclusive. */
export interface LimitRange {
  readonly least: number
  readonly most: number
}
