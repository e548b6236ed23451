import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BuildPluginOptions, type BuiltPlugin, buildPlugin } from '../../src/build/index.ts'
import { makeFolder } from '../plugin-folder.ts'

/** The folder of a plugin whose entry is `index.ts`. */
export async function makeSource(files: Readonly<Record<string, string>>): Promise<string> {
  const holdfast = { id: 'notes', entry: './index.ts' }
  const manifest = { name: 'notes', version: '1.2.3', type: 'module', holdfast }
  return realpath(await makeFolder({ 'package.json': JSON.stringify(manifest), ...files }))
}

/** Builds a plugin into its `dist`. */
export function build(
  source: string,
  options: Partial<BuildPluginOptions> = {},
): Promise<BuiltPlugin> {
  return buildPlugin(source, { outputDirectory: join(source, 'dist'), ...options })
}

/** What came of running a built script. */
export interface BuiltOutcome {
  readonly cachedDataRejected: boolean | null
  readonly exported: unknown
  /** Of what `fail` of the default export throws. */
  readonly stack: string | null
}

/** Imports a built plugin in a process of its own: a test runner's loader is not Node's. */
export async function importBuilt({ manifest }: BuiltPlugin, call = ''): Promise<unknown> {
  const code = `const { default: plugin } = await import(${JSON.stringify(manifest.entryPath)})
process.stdout.write(JSON.stringify(plugin${call}))`
  const flags = ['--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return JSON.parse(stdout) as unknown
}

const program = fileURLToPath(new URL('run-built.ts', import.meta.url))

/** Runs a built script in a process of its own. */
export async function runBuilt(
  { manifest }: BuiltPlugin,
  { nodePath = process.execPath, flags = [] as readonly string[] } = {},
): Promise<BuiltOutcome> {
  const cachePath = manifest.bundle?.cachePath ?? ''
  const args = ['--no-warnings', ...flags, program, manifest.entryPath, cachePath]
  const { stdout } = await promisify(execFile)(nodePath, args)
  return JSON.parse(stdout) as BuiltOutcome
}
