import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What came of making a code cache. */
export interface CodeCache {
  /** `null` where there is none. */
  readonly bytes: Uint8Array | null
  /** What was wrong with running the script, in one line; `null` if nothing was. */
  readonly problem: string | null
}

/** How long the top level of a plugin may take, in milliseconds. */
const longestMs = 10_000

/**
 * Makes V8's code cache of a script. The script is run for it, so that the cache holds the functions
 * that loading the plugin needs: in a process of its own, with the same Node.js, an empty environment
 * and access to no files but itself and its native addons. It has no network either, where Node.js has
 * a permission for that (26 does, 24 does not).
 *
 * @param filename of the script, absolute, without symbolic links; `addons` likewise
 */
export async function makeCodeCache(
  filename: string,
  { addons }: { readonly addons: readonly string[] },
): Promise<CodeCache> {
  const entry = siblingPath('code-cache-entry')
  const readable = [entry, siblingPath('wrap-script'), filename, ...addons]
  const args = [
    '--no-warnings',
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...(addons.length > 0 ? ['--allow-addons'] : []),
    entry,
    filename,
  ]
  const child = spawn(process.execPath, args, {
    env: {},
    // What the plugin prints is nobody's. The cache comes by 3, and what went wrong by 4.
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    timeout: longestMs,
    killSignal: 'SIGKILL',
  })
  const [[code], bytes, complaint] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    buffer(child.stdio[3] as Readable),
    text(child.stdio[4] as Readable),
  ])
  if (code !== 0 || bytes.length === 0) {
    const end =
      code === null ? `it took longer than ${longestMs} ms` : `its process ended with ${code}`
    return { bytes: null, problem: `${end}.` }
  }
  return { bytes, problem: complaint === '' ? null : complaint }
}

/** A module beside this one, compiled or not, as this one is. */
function siblingPath(name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url))
}
