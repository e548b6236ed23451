import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { type PluginManifest, readManifest } from '@holdfast/host'

/**
 * Reads the manifests of plugins.
 *
 * @param directories each the folder of a plugin, or a folder of such folders; in the latter, what
 * has no package.json with a `holdfast` field is passed over
 * @throws {@link HoldfastError} `PLUGIN_NOT_FOUND` where one of them holds no plugin, or as
 * `readManifest`
 */
export async function findPlugins(
  directories: readonly string[],
): Promise<readonly PluginManifest[]> {
  const found = await Promise.all(directories.map(findIn))
  return found.flat()
}

async function findIn(directory: string): Promise<readonly PluginManifest[]> {
  if (await meansToBePlugin(directory)) return [await readManifest(directory)]
  // What is no folder either, readManifest can say best.
  const names = await readdir(directory).catch(() => null)
  if (names === null) return [await readManifest(directory)]

  const folders = names.toSorted().map((name) => join(directory, name))
  const isPlugin = await Promise.all(folders.map(meansToBePlugin))
  const plugins = folders.filter((_folder, index) => isPlugin[index])
  if (plugins.length > 0) return Promise.all(plugins.map((folder) => readManifest(folder)))
  throw new HoldfastError(
    'PLUGIN_NOT_FOUND',
    `There is no plugin in ${resolve(directory)}: neither it nor a folder in it has a package.json with a "holdfast" field. Name the folders with --plugins.`,
  )
}

/** A package.json that is broken may be a plugin's, and then its operator wants to know. */
async function meansToBePlugin(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null)
  if (text === null) return false
  try {
    const content: unknown = JSON.parse(text)
    return typeof content === 'object' && content !== null && 'holdfast' in content
  } catch {
    return true
  }
}
