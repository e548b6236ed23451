import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { defaultPluginLimits } from './default-plugin-limits.ts'
import { manifestInvalid, parseManifest } from './parse-manifest.ts'
import type { PluginManifest } from './plugin-manifest.ts'

/**
 * Reads the manifest of the plugin in a folder: the `holdfast` field of its package.json. It runs
 * none of the plugin's code.
 *
 * Fields: `id` and `entry`, and where needed `storage.quotaBytes` (default
 * `limits.defaultQuotaBytes`), `endpoints` (`{ [path]: { public } }`) and `settings`. Any other
 * field is refused, so that a misspelt one is not passed over. The entry must be a file in the
 * folder, after symbolic links are followed.
 *
 * @param directory absolute, or relative to the working directory
 * @throws {@link HoldfastError} `PLUGIN_NOT_FOUND` where there is no folder or no package.json in
 * it; `MANIFEST_INVALID`, naming the file, each wrong field and what to write there
 *
 * @example
 * ```ts
 * const manifest = await readManifest('plugins/notes')
 * ```
 */
export async function readManifest(directory: string): Promise<PluginManifest> {
  const folder = await findFolder(directory)
  const file = join(folder, 'package.json')
  const { entry, ...fields } = parseManifest(await readPackage(file), file)
  return {
    ...fields,
    directory: folder,
    entryPath: await findEntry(folder, entry, file),
    permissions: { network: false, environment: [] },
    limits: defaultPluginLimits,
    bundle: null,
  }
}

async function findFolder(directory: string): Promise<string> {
  try {
    const folder = await realpath(directory)
    if ((await stat(folder)).isDirectory()) return folder
  } catch (cause) {
    throw pluginNotFound(
      `There is no plugin at ${resolve(directory)}: ${reasonOf(cause)}. Name the folder with the plugin's package.json.`,
      cause,
    )
  }
  throw pluginNotFound(
    `${resolve(directory)} is a file. Name the folder with the plugin's package.json.`,
  )
}

async function readPackage(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw pluginNotFound(
      `${file} cannot be read: ${reasonOf(cause)}. A plugin is a folder with a package.json whose "holdfast" field names its id and entry.`,
      cause,
    )
  }
}

async function findEntry(folder: string, entry: string, file: string): Promise<string> {
  const refuse = (mistake: string, cause?: unknown): HoldfastError =>
    manifestInvalid(file, `holdfast.entry is ${JSON.stringify(entry)}, ${mistake}`, cause)

  const outside =
    'which is outside the plugin. Name a file in its folder, such as "./dist/index.js".'
  if (isAbsolute(entry) || !isWithin(folder, resolve(folder, entry))) throw refuse(outside)
  let path: string
  let isFile: boolean
  try {
    path = await realpath(resolve(folder, entry))
    isFile = (await stat(path)).isFile()
  } catch (cause) {
    throw refuse(
      `which cannot be read: ${reasonOf(cause)}. Build the plugin if that makes the file, or name the one to run.`,
      cause,
    )
  }
  if (!isWithin(folder, path)) throw refuse(outside)
  if (!isFile) throw refuse('which is no file. Name the module to run.')
  return path
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function pluginNotFound(message: string, cause?: unknown): HoldfastError {
  return new HoldfastError('PLUGIN_NOT_FOUND', message, cause === undefined ? {} : { cause })
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return 'nothing is there'
    if (error.code === 'EACCES') return 'this user may not read it'
  }
  return error instanceof Error ? error.message : String(error)
}
