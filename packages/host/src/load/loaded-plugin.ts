import { join } from 'node:path'
import type { PluginDefinition } from '@holdfast/session'
import { describePlugin, type PluginDescription } from '@holdfast/session/runtime'
import type { HostedEndpoint, HostedPlugin } from '../host.ts'
import { manifestInvalid } from '../manifest/parse-manifest.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'

/**
 * Brings together what a plugin's manifest and its code say.
 *
 * @throws {@link HoldfastError} `MANIFEST_INVALID` where the manifest has rules for endpoints that
 * the code does not define: a rule that is misspelt must not be passed over
 */
export function toHostedPlugin(
  manifest: PluginManifest,
  { tools, endpoints }: PluginDescription,
): HostedPlugin {
  const paths = endpoints.map(({ path }) => path)
  const unknown = Object.keys(manifest.endpoints).find((path) => !paths.includes(path))
  if (unknown !== undefined) {
    const known = paths.length === 0 ? 'none' : paths.map((path) => JSON.stringify(path)).join(', ')
    throw manifestInvalid(
      join(manifest.directory, 'package.json'),
      `holdfast.endpoints has rules for ${JSON.stringify(unknown)}, but the code defines no such endpoint. It defines ${known}.`,
      ['holdfast', 'endpoints', unknown],
    )
  }
  const { id, version } = manifest
  const rules = new Map(Object.entries(manifest.endpoints))
  const hosted = paths.map((path): HostedEndpoint => ({
    path,
    public: rules.get(path)?.public ?? false,
  }))
  return { id, version, tools, endpoints: hosted }
}

/** A plugin whose code is in this process. */
export interface LoadedPlugin {
  readonly manifest: PluginManifest
  readonly definition: PluginDefinition
  readonly description: HostedPlugin
}

/** @throws {@link HoldfastError} as {@link toHostedPlugin} */
export function toLoadedPlugin(
  manifest: PluginManifest,
  definition: PluginDefinition,
): LoadedPlugin {
  return { manifest, definition, description: toHostedPlugin(manifest, describePlugin(definition)) }
}
