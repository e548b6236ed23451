// A program: runs the script of a built plugin as a process of a plugin does, and tells what came of it.
import { readFileSync } from 'node:fs'
import { stackRestorer } from '../../src/build/stack-restorer.ts'
import { runScript, wrapScript } from '../../src/build/wrap-script.ts'

const [filename = '', cache = ''] = process.argv.slice(2)
const script = wrapScript(readFileSync(filename, 'utf8'), {
  filename,
  cachedData: cache === '' ? undefined : readFileSync(cache),
})
const exported = runScript(script, filename) as { readonly fail?: () => void }
const outcome = {
  cachedDataRejected: script.cachedDataRejected ?? null,
  exported,
  stack: stackOf(exported.fail),
}
process.stdout.write(JSON.stringify(outcome))

function stackOf(fail: (() => void) | undefined): string | null {
  try {
    fail?.()
    return null
  } catch (error) {
    return stackRestorer(filename)((error as Error).stack ?? '')
  }
}
