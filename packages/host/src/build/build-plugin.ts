import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseConditions } from '../launch/parse-conditions.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { buildFailed } from './build-failed.ts'
import { bundlePlugin } from './bundle-plugin.ts'
import { checkOutput } from './check-output.ts'
import { replaceFolder } from './replace-folder.ts'
import { writePlugin, type WrittenPlugin } from './write-plugin.ts'

/** How a plugin is built. */
export interface BuildPluginOptions {
  /**
   * Where the built plugin is written, absolute or relative to the working directory. What an earlier
   * build left there is replaced as a whole; a folder that holds anything else is refused.
   */
  readonly outputDirectory: string
  /** Whether it may bring native addons. Default `false`. */
  readonly allowAddons?: boolean
  /** Whether names and syntax are made as short as can be, as well as white space. Default `false`. */
  readonly minify?: boolean
  /**
   * Conditions of the exports of packages, besides those that Node.js always has. Default: those that
   * this process was started with, as by `--conditions`.
   */
  readonly conditions?: readonly string[]
}

/** What was built. */
export interface BuiltPlugin extends WrittenPlugin {
  /** Of the built plugin: its folder, its entry and what it is made of. */
  readonly manifest: PluginManifest
}

/**
 * Builds a plugin: all of its code in one file, which needs no `node_modules` and no compiling, and
 * which the host can keep from reading anything else. It writes a folder that is a plugin itself:
 *
 * - `plugin.cjs`, a script; or `plugin.mjs`, a module, where the code awaits at its top level
 * - `plugin.cjs.map`, its source map
 * - `plugin.cache`, V8's code cache of a script. Whatever runs the plugin with another version of
 *   Node.js does without it
 * - `package.json`, with the manifest
 * - `plugin.cjs.LEGAL.txt` or `plugin.mjs.LEGAL.txt`, with the comments on licences of what is in it
 * - native addons, where they are allowed
 *
 * For the cache, the top level of the plugin runs once, in a process without any rights. TypeScript is
 * understood as Node.js understands it, and tsconfig.json is not read. Files that the plugin reads
 * when it runs are not taken along: `import.meta.url`, `import.meta.dirname` and `__dirname` are the
 * place of the built file.
 *
 * The output folder is replaced when all is done; a build that fails leaves it as it was.
 *
 * @param directory of the plugin, absolute or relative to the working directory
 * @throws {@link HoldfastError} as `readManifest`; `BUILD_FAILED` for code that does not parse, for an
 * import that is not found, with file, line and column, for a native addon that is not allowed, for a
 * plugin that is built already and for an output folder that holds something else
 *
 * @example
 * ```ts
 * const { manifest } = await buildPlugin('plugins/notes', { outputDirectory: 'built/notes' })
 * await using host = createHost({ driver, plugins: [manifest], mode: 'inline' })
 * ```
 */
export async function buildPlugin(
  directory: string,
  options: BuildPluginOptions,
): Promise<BuiltPlugin> {
  const { allowAddons = false, minify = false, conditions = ownConditions() } = options
  const manifest = await readManifest(directory)
  if (manifest.bundle !== null) {
    throw buildFailed(manifest, `${manifest.directory} is built already. Name its source.`)
  }
  const outputDirectory = await resolveLinks(resolve(options.outputDirectory))
  await checkOutput(manifest, outputDirectory)
  const bundle = await bundlePlugin(manifest, { outputDirectory, allowAddons, minify, conditions })
  try {
    const written = await replaceFolder(outputDirectory, (folder) =>
      writePlugin(folder, manifest, bundle),
    )
    return { ...written, manifest: await readManifest(outputDirectory) }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw buildFailed(manifest, `${outputDirectory} cannot be written: ${error.message}.`, {
      cause: error,
    })
  }
}

function ownConditions(): readonly string[] {
  return parseConditions(process.execArgv, process.env['NODE_OPTIONS'] ?? '')
}

/** The path without symbolic links, of which the last parts need not be there. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const parent = dirname(path)
    if (parent === path) throw error
    return join(await resolveLinks(parent), basename(path))
  }
}
