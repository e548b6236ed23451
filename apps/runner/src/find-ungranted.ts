import type { PluginId } from '@holdfast/core'
import { type PluginGrants, type PluginManifest, ungrantedOf } from '@holdfast/host'

/** What plugins ask for and are not granted, by their id; only of those that lack something. */
export function findUngranted(
  plugins: readonly PluginManifest[],
  grants: ReadonlyMap<PluginId, PluginGrants>,
): Readonly<Record<string, readonly string[]>> {
  const lacking = plugins.flatMap((plugin) => {
    const granted = grants.get(plugin.id)
    const ungranted = granted === undefined ? [] : ungrantedOf(plugin, granted)
    return ungranted.length === 0 ? [] : [[plugin.id, ungranted] as const]
  })
  return Object.fromEntries(lacking)
}
