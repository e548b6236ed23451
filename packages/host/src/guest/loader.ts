import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runScript, wrapScript } from '../build/wrap-script.ts'

// What each process of a plugin begins with: the runtime, compiled already where its cache fits.
const filename = join(__dirname, 'runtime.cjs')
const script = wrapScript(readFileSync(filename, 'utf8'), { filename, cachedData: readCache() })
runScript(script, filename)

function readCache(): Uint8Array | undefined {
  try {
    return readFileSync(join(__dirname, 'runtime.cache'))
  } catch {
    // It takes a little longer without it.
    return undefined
  }
}
