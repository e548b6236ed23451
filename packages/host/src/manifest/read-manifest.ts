import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { LocatedJson } from './located-json.ts'
import { type BundleFields, parseManifest } from './parse-manifest.ts'
import type { PluginBundle, PluginManifest } from './plugin-manifest.ts'

/**
 * Reads the manifest of the plugin in a folder: the `holdfast` field of its package.json. It runs
 * none of the plugin's code.
 *
 * Fields: `id` and `entry`, and where needed `storage.quotaBytes` (default
 * `limits.defaultQuotaBytes`), `endpoints` (`{ [path]: { public } }`), `settings`, `permissions`
 * (`network`: whether it opens connections, default `false`; `environment`: names of the variables
 * that it reads, default none) and `limits`:
 *
 * - `memoryBytes`: 64 MiB to 1 TiB, default 256 MiB
 * - `timeoutMs`, of one invocation: 1 to 2147483647, default 60000
 * - `concurrency`, invocations at once: 1 to 10000, default 64
 * - `queue`, invocations that wait: 0 to 100000, default 256
 *
 * `bundle` is for `holdfast build` to write. Any other field is refused, so that a misspelt one is
 * not passed over. The entry must be a file in the folder, after symbolic links are followed.
 *
 * @param directory absolute, or relative to the working directory
 * @throws {@link HoldfastError} `PLUGIN_NOT_FOUND` where there is no folder or no package.json in
 * it; `MANIFEST_INVALID`, naming the file, each wrong field, its line and what to write there
 *
 * @example
 * ```ts
 * const manifest = await readManifest('plugins/notes')
 * ```
 */
export async function readManifest(directory: string): Promise<PluginManifest> {
  const folder = await findFolder(directory)
  const file = join(folder, 'package.json')
  const json = new LocatedJson(await readPackage(file), file, 'MANIFEST_INVALID')
  const { entry, bundle, ...fields } = parseManifest(json)
  const find = (field: ManifestFile): Promise<string> => findFile(folder, field, json)
  return {
    ...fields,
    directory: folder,
    entryPath: await find({ field: ['entry'], path: entry, what: 'the module to run' }),
    bundle: bundle === null ? null : await findBundle(bundle, find),
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

async function findBundle(
  { cache, ...bundle }: BundleFields,
  find: (file: ManifestFile) => Promise<string>,
): Promise<PluginBundle> {
  if (cache === null) return { ...bundle, cachePath: null }
  const field = ['bundle', 'cache']
  return { ...bundle, cachePath: await find({ field, path: cache, what: 'the code cache' }) }
}

/** A file that the manifest names. */
interface ManifestFile {
  /** Where in the manifest. */
  readonly field: readonly string[]
  readonly path: string
  readonly what: string
}

async function findFile(
  folder: string,
  { field, path, what }: ManifestFile,
  json: LocatedJson,
): Promise<string> {
  const name = ['holdfast', ...field]
  const refuse = (mistake: string, cause?: unknown): HoldfastError =>
    json.error(
      [{ path: name, message: `${name.join('.')} is ${JSON.stringify(path)}, ${mistake}` }],
      cause,
    )

  const outside =
    'which is outside the plugin. Name a file in its folder, such as "./dist/index.js".'
  if (isAbsolute(path) || !isWithin(folder, resolve(folder, path))) throw refuse(outside)
  let found: string
  let isFile: boolean
  try {
    found = await realpath(resolve(folder, path))
    isFile = (await stat(found)).isFile()
  } catch (cause) {
    throw refuse(
      `which cannot be read: ${reasonOf(cause)}. Build the plugin if that makes the file, or name ${what}.`,
      cause,
    )
  }
  if (!isWithin(folder, found)) throw refuse(outside)
  if (!isFile) throw refuse(`which is no file. Name ${what}.`)
  return found
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
