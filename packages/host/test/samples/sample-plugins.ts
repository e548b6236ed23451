import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PluginManifest, readManifest } from '../../src/index.ts'

const folder = fileURLToPath(new URL('../../../../apps/runner/plugins', import.meta.url))

/** The manifests of the sample plugins. */
export function readSamplePlugins(): Promise<readonly PluginManifest[]> {
  const files = globSync('*/package.json', { cwd: folder }).toSorted()
  return Promise.all(files.map((file) => readManifest(`${folder}/${dirname(file)}`)))
}

/** The folder of a sample plugin, which it may read wherever it runs. */
export function folderOfSample(name: string): string {
  return `${folder}/${name}`
}
