import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Makes one CommonJS script of the runtime in plugins' processes, from its source. */
export async function bundleGuest(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../guest/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    conditions: ['@holdfast/source'],
    logLevel: 'silent',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error('esbuild gave no file')
  return file.contents
}
