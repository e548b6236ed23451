// Started by make-code-cache.ts, with the path of the script.
import { readFileSync, writeSync } from 'node:fs'
import { runScript, wrapScript } from './wrap-script.ts'

const filename = process.argv[2] ?? ''
const script = wrapScript(readFileSync(filename, 'utf8'), { filename })
try {
  runScript(script, filename)
} catch (error) {
  // What was compiled until then is worth keeping.
  writeAll(4, Buffer.from(describe(error)))
}
writeAll(3, script.createCachedData())
// What the plugin left behind, such as a timer, does not keep the process.
process.exit(0)

function describe(error: unknown): string {
  return String(error).split('\n', 1).join('')
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length;) start += writeSync(descriptor, bytes, start)
}
