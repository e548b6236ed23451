import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The files that every process of a plugin begins with, by their names in one folder. */
export interface GuestFiles {
  /** Starts the other. */
  readonly 'guest.cjs': Uint8Array
  readonly 'runtime.cjs': Uint8Array
}

/** Makes the runtime in plugins' processes, from its source: scripts that need no other modules. */
export async function bundleGuest(): Promise<GuestFiles> {
  const [loader, runtime] = await Promise.all([bundle('loader'), bundle('main')])
  return { 'guest.cjs': loader, 'runtime.cjs': runtime }
}

async function bundle(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../guest/${name}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // One character beyond it would have V8 hold the text in two bytes each.
    charset: 'ascii',
    conditions: ['@holdfast/source'],
    logLevel: 'silent',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error('esbuild gave no file')
  return file.contents
}
