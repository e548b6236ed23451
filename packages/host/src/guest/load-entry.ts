import { pathToFileURL } from 'node:url'
import type { PluginDefinition } from '@holdfast/session'
import { assertPluginDefinition } from '@holdfast/session/runtime'
import { runScript, wrapScript } from '../build/wrap-script.ts'
import type { LoadOrder } from '../wire/load-order.ts'

/** A script that the host has handed over, with the code cache that was made of it. */
export interface HandedScript {
  readonly source: string
  readonly cache: Uint8Array | null
}

/** Runs the code of a plugin and takes what it exports. It throws what the code throws. */
export async function loadEntry(
  { entryPath }: LoadOrder,
  handed: HandedScript | null,
): Promise<PluginDefinition> {
  if (handed !== null) {
    // Without Node's loader of modules, which takes longer to begin than most plugins take to load.
    const cachedData = handed.cache ?? undefined
    const script = wrapScript(handed.source, { filename: entryPath, cachedData })
    return assertPluginDefinition(runScript(script, entryPath))
  }
  const module = (await import(pathToFileURL(entryPath).href)) as { readonly default?: unknown }
  return assertPluginDefinition(module.default)
}
