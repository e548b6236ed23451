import { grantsOf, parseGrants, type PluginGrants, type PluginManifest } from '@holdfast/host'
import { readFileOf } from './read-input.ts'

/** Tells what a plugin may use. */
export type GrantsOf = (manifest: PluginManifest) => PluginGrants

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
): Promise<GrantsOf> {
  if (file === undefined) return (manifest) => grantsOf(manifest)
  const text = new TextDecoder().decode(await readFileOf(file))
  return parseGrants(text, file, { plugins, environment: process.env, partial })
}
