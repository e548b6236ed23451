import { type PluginManifest, ungrantedOf } from '@holdfast/host'
import type { GrantsOf } from './read-grants.ts'

/** What plugins ask for and are not granted, by their id; only of those that lack something. */
export function findUngranted(
  plugins: readonly PluginManifest[],
  grantsOf: GrantsOf,
): Readonly<Record<string, readonly string[]>> {
  const all = plugins.map((plugin) => [plugin.id, ungrantedOf(plugin, grantsOf(plugin))] as const)
  return Object.fromEntries(all.filter(([, names]) => names.length > 0))
}
