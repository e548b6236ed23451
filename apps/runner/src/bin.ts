#!/usr/bin/env node
// The module as a whole: an older Node would fail on a name that it does not export.
import * as nodeModule from 'node:module'

const oldestMajor = 24
/** How long the process may take to end by itself, in milliseconds. */
const graceMs = 250

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(
    `holdfast: NODE_TOO_OLD: Holdfast needs Node.js ${oldestMajor} or newer, and this is ${process.version}. Install it, or run "npm install node@${oldestMajor}" in this folder: npx then uses that.\n`,
  )
  process.exit(2)
}

// Node would open its inspector for whoever sends this, and by that hand over the whole process.
process.on('SIGUSR1', () => undefined)

// What is imported statically would be compiled before the cache is there.
nodeModule.enableCompileCache()
const { main } = await import('./main.ts')

process.exitCode = await main(process.argv.slice(2))
// The process ends by itself: process.exit can hang while V8 collects large values. But what a
// plugin has left behind, such as a timer, does not keep it.
setTimeout(() => process.exit(), graceMs).unref()
