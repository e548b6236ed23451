import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A file of one folder. */
export interface GuestFile {
  readonly name: string
  readonly contents: Uint8Array
}

/**
 * Makes what every process of a plugin begins with, from its source: scripts that need no other
 * modules. The first, `guest.cjs`, starts the other.
 */
export async function bundleGuest(): Promise<readonly GuestFile[]> {
  const [loader, runtime] = await Promise.all([bundle('loader'), bundle('main')])
  return [
    { name: 'guest.cjs', contents: loader },
    { name: 'runtime.cjs', contents: runtime },
  ]
}

async function bundle(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../guest/${name}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    minifyWhitespace: true,
    minifySyntax: true,
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
