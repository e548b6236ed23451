import type { PluginId } from '@holdfast/core'
import { grantsOf, parseGrants, type PluginGrants, type PluginManifest } from '@holdfast/host'
import { readFileOf } from './read-input.ts'

/**
 * Reads what plugins are granted; without a file, what they ask for, but no variables of the
 * environment. The values of these come from the environment of this process.
 *
 * @param options `partial`: the plugins are some of those that the file is for
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`, `GRANT_INVALID`
 */
export async function readGrants(
  file: string | undefined,
  plugins: readonly PluginManifest[],
  { partial = false }: { readonly partial?: boolean } = {},
): Promise<ReadonlyMap<PluginId, PluginGrants>> {
  if (file === undefined) return new Map(plugins.map((plugin) => [plugin.id, grantsOf(plugin)]))
  const text = new TextDecoder().decode(await readFileOf(file))
  return parseGrants(text, file, { plugins, environment: process.env, partial })
}
