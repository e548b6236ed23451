import { execFile } from 'node:child_process'
import { relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HoldfastError } from '@holdfast/core'
import type { PluginDefinition } from '@holdfast/session'
import { assertPluginDefinition } from '@holdfast/session/runtime'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'

/**
 * Imports the entry of a plugin into this process.
 *
 * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, with the file and line where that is known
 */
export async function loadPlugin(manifest: PluginManifest): Promise<PluginDefinition> {
  const entry = pathToFileURL(manifest.entryPath).href
  let module: { readonly default?: unknown }
  try {
    module = (await import(entry)) as typeof module
  } catch (error) {
    throw loadFailed(manifest, await explain(error, manifest, entry), error)
  }
  try {
    return assertPluginDefinition(module.default)
  } catch (error) {
    throw loadFailed(manifest, `its default export is no plugin. ${messageOf(error)}`, error)
  }
}

function loadFailed(manifest: PluginManifest, reason: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `The plugin "${manifest.id}" cannot be loaded: ${reason}`.replaceAll(/\s+/g, ' '),
    { context: { plugin: manifest.id, entry: manifest.entryPath }, cause },
  )
}

async function explain(error: unknown, manifest: PluginManifest, entry: string): Promise<string> {
  if (codeOf(error) === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return 'Node runs no TypeScript below node_modules. Ship JavaScript, and name that as the entry.'
  }
  const place = placeOf(error) ?? (await placeOfSyntaxError(error, entry))
  const where = place === undefined ? '' : ` (${showPlace(place, manifest.directory)})`
  return `${messageOf(error)}${where}`
}

interface Place {
  readonly path: string
  readonly line: string
}

/** Where an error arose: before its name for some syntax errors, else in the plugin's first frame. */
function placeOf(error: unknown): Place | undefined {
  if (!(error instanceof Error)) return undefined
  // Below the frames of Node's loader stand our own.
  const [pluginFrames = ''] = (error.stack ?? '').split('node:internal/modules/')
  return findPlace(pluginFrames)
}

function findPlace(text: string): Place | undefined {
  const { url, line } =
    /(?<url>file:\/\/\/[^\s)]*?|^\/[^\n]*?):(?<line>\d+)/.exec(text)?.groups ?? {}
  if (url === undefined || line === undefined) return undefined
  return { path: url.startsWith('file:') ? fileURLToPath(url) : url, line }
}

/**
 * Node tells an importer nothing of where a module does not parse, and only says it when that ends a
 * process. So a process is made for it to end. It runs none of the plugin's code: a module that
 * does not parse keeps all that import it from being run.
 */
async function placeOfSyntaxError(error: unknown, entry: string): Promise<Place | undefined> {
  if (!(error instanceof SyntaxError)) return undefined
  const script = `import ${JSON.stringify(entry)}`
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script],
      (_error, _stdout, stderr) => resolve(findPlace(stderr)),
    )
  })
}

function showPlace({ path, line }: Place, directory: string): string {
  const isOwn = path.startsWith(directory + sep)
  return `${isOwn ? relative(directory, path) : path}:${line}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
