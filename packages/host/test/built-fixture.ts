import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { buildPlugin } from '../src/build/index.ts'
import type { PluginManifest } from '../src/index.ts'

const built = new Map<string, Promise<PluginManifest>>()
const folders: string[] = []

afterAll(async () => {
  await Promise.allSettled(built.values())
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
})

/**
 * The plugin in fixtures/, as it is in production: for suites that start many processes of it, each of
 * which loads it in a tenth of the time. Built once for each test file.
 */
export function builtFixture(name: string): Promise<PluginManifest> {
  const manifest = built.get(name) ?? build(name)
  built.set(name, manifest)
  return manifest
}

async function build(name: string): Promise<PluginManifest> {
  const outputDirectory = await mkdtemp(join(tmpdir(), 'holdfast-built-'))
  folders.push(outputDirectory)
  const source = join(import.meta.dirname, 'fixtures', name)
  return (await buildPlugin(source, { outputDirectory })).manifest
}
