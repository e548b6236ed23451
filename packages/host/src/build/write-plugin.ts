import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleFields } from '../manifest/parse-manifest.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { Bundle } from './bundle-plugin.ts'
import { readFoundAddons } from './found-addons.ts'
import { makeCodeCache } from './make-code-cache.ts'
import { writeFiles } from './write-files.ts'

/** What there is in the folder of a built plugin. */
export interface WrittenPlugin {
  /** By name, with sizes in bytes. */
  readonly files: readonly WrittenFile[]
  /** What is not wrong but may be meant otherwise, each as a sentence or more. */
  readonly warnings: readonly string[]
}

/** A file of a built plugin. */
export interface WrittenFile {
  /** Its path in the folder. */
  readonly name: string
  readonly bytes: number
}

/** Writes a built plugin into an empty folder. */
export async function writePlugin(
  folder: string,
  manifest: PluginManifest,
  { format, files, addonFinders, warnings }: Bundle,
): Promise<WrittenPlugin> {
  const code = new Map([...files, ...(await readFoundAddons(addonFinders))])
  await writeFiles(folder, code)
  const entry = format === 'script' ? 'plugin.cjs' : 'plugin.mjs'
  const addons = [...code.keys()].filter((name) => name.endsWith('.node'))
  const cache =
    format === 'script'
      ? await makeCodeCache(join(folder, entry), {
          addons: addons.map((name) => join(folder, name)),
        })
      : null
  const cacheBytes = cache?.bytes ?? null
  const facts = new Map([
    ...(cacheBytes === null ? [] : [[cacheName, cacheBytes] as const]),
    [
      'package.json',
      await makePackage(manifest, `./${entry}`, {
        format,
        cache: cacheBytes === null ? null : `./${cacheName}`,
        addons: addons.length > 0,
      }),
    ] as const,
  ])
  await writeFiles(folder, facts)
  return {
    files: [...code, ...facts].map(([name, { byteLength }]) => ({ name, bytes: byteLength })),
    warnings: [...warnings, ...describeProblem(cache?.problem ?? null)],
  }
}

const cacheName = 'plugin.cache'

/** What the built plugin's package.json keeps of the author's. */
const keptFields = ['name', 'version', 'private', 'description', 'license', 'author', 'holdfast']

async function makePackage(
  { directory }: PluginManifest,
  entry: string,
  bundle: BundleFields,
): Promise<Uint8Array> {
  const text = await readFile(join(directory, 'package.json'), 'utf8')
  const fields = Object.entries(JSON.parse(text) as Record<string, unknown>)
  const kept = Object.fromEntries(fields.filter(([name]) => keptFields.includes(name)))
  const holdfast = { ...(kept['holdfast'] as object), entry, bundle }
  return Buffer.from(`${JSON.stringify({ ...kept, holdfast }, null, 2)}\n`)
}

function describeProblem(problem: string | null): readonly string[] {
  if (problem === null) return []
  return [
    `Loading the plugin failed while its code cache was made, which is done without environment, files and further processes. It will start, but not as fast as it could: ${problem}`,
  ]
}
