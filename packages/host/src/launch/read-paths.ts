import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { isWithin } from './is-within.ts'

/**
 * Says which files and folders a plugin's process must be able to read.
 *
 * Of a built plugin, that is its folder. Of one that runs as its author wrote it, it is what lies in
 * its folder, without its `node_modules`, and the packages that it depends on: `dependencies`,
 * `optionalDependencies` and `peerDependencies`, as they are installed, and theirs in turn.
 *
 * @returns absolute paths. A package that is installed as a symbolic link is there twice: as the
 * link, by which Node finds it, and as the folder that it leads to
 * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED` where a symbolic link among the plugin's own
 * files leads to what is not listed, for Node would follow it
 */
export async function readPathsOf(manifest: PluginManifest): Promise<readonly string[]> {
  const { directory, bundle } = manifest
  const own = bundle === null ? await withoutNodeModules(directory) : [directory]
  const packages = bundle === null ? await findPackages(directory) : []
  const paths = [...own, ...packages]
  await Promise.all(own.map((path) => refuseLinksOut(path, paths, manifest)))
  return paths
}

async function withoutNodeModules(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  if (!names.includes('node_modules')) return [folder]
  return names.filter((name) => name !== 'node_modules').map((name) => join(folder, name))
}

async function findPackages(root: string): Promise<Set<string>> {
  const paths = new Set<string>()
  const folders = new Set([root])
  // A set hands out what is added while it is walked.
  for (const folder of folders) {
    for (const name of await namesOfDependencies(folder)) {
      const found = await findPackage(name, folder)
      if (found === undefined) continue
      paths.add(found.path).add(found.folder)
      folders.add(found.folder)
    }
  }
  return paths
}

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

async function namesOfDependencies(folder: string): Promise<Set<string>> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const fields = JSON.parse(text) as Dependencies
  const names = [
    ...Object.keys(fields.dependencies ?? {}),
    ...Object.keys(fields.optionalDependencies ?? {}),
    ...Object.keys(fields.peerDependencies ?? {}),
  ]
  // A plugin imports this one, whether it says so or not.
  return new Set(['@holdfast/session', ...names.filter((name) => packageName.test(name))])
}

/** A name that is no path out of `node_modules`. */
const packageName = /^(?:@[^/\\]+\/)?[^./\\@][^/\\]*$/

interface FoundPackage {
  /** Where Node finds it. */
  readonly path: string
  /** The same without symbolic links. */
  readonly folder: string
}

/** Looks where Node looks. What is not installed, the import of it will complain about. */
async function findPackage(name: string, dependent: string): Promise<FoundPackage | undefined> {
  for (let parent = dependent; ; parent = dirname(parent)) {
    if (basename(parent) !== 'node_modules') {
      const path = join(parent, 'node_modules', name)
      const file = await realpathOrUndefined(join(path, 'package.json'))
      if (file !== undefined) return { path, folder: await realpath(path) }
    }
    if (parent === dirname(parent)) return undefined
  }
}

async function refuseLinksOut(
  own: string,
  paths: readonly string[],
  manifest: PluginManifest,
): Promise<void> {
  for (const link of await findLinks(own)) {
    const target = await realpathOrUndefined(link)
    if (target === undefined || paths.some((path) => isWithin(target, path))) continue
    throw new HoldfastError(
      'PLUGIN_LOAD_FAILED',
      `The plugin "${manifest.id}" cannot be loaded: ${link} is a symbolic link to ${target}, which is neither the plugin's nor a dependency of it, and which it could read by that way. Remove the link, or put a copy in its place.`,
      { context: { plugin: manifest.id, link } },
    )
  }
}

async function findLinks(path: string): Promise<string[]> {
  const stats = await lstat(path)
  if (stats.isSymbolicLink()) return [path]
  if (!stats.isDirectory()) return []
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
}

async function realpathOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
