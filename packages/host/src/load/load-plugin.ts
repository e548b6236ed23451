import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { PluginDefinition } from '@holdfast/session'
import { assertPluginDefinition } from '@holdfast/session/runtime'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import {
  explainExport,
  explainLoadError,
  findPlace,
  loadFailed,
  type Place,
  placeOf,
} from './load-failure.ts'

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
    const place = placeOf(error) ?? (await placeOfSyntaxError(error, entry))
    throw loadFailed(manifest, explainLoadError(error, place, manifest), error, place)
  }
  try {
    return assertPluginDefinition(exportOf(module))
  } catch (error) {
    throw loadFailed(manifest, explainExport(error), error)
  }
}

/** A build that is a CommonJS script has its exports one step further in. */
function exportOf({ default: exported }: { readonly default?: unknown }): unknown {
  if (typeof exported !== 'object' || exported === null || !('__esModule' in exported)) {
    return exported
  }
  return (exported as { readonly default?: unknown }).default
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
