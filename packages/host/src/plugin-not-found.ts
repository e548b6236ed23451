import { HoldfastError, type PluginId, quoteOrDescribe } from '@holdfast/core'
import type { PluginManifest } from './manifest/plugin-manifest.ts'

/** The error of a plugin that a host does not run. */
export function pluginNotFound(id: PluginId, plugins: readonly PluginManifest[]): HoldfastError {
  const known = plugins.map((plugin) => plugin.id).join(', ')
  return new HoldfastError(
    'PLUGIN_NOT_FOUND',
    `There is no plugin ${quoteOrDescribe(id)} here; ${known === '' ? 'there are none' : `there is ${known}`}.`,
    { context: { plugin: id } },
  )
}
