#!/usr/bin/env node
// The module as a whole: an older Node would fail on a name that it does not export.
import * as nodeModule from 'node:module'

const oldestMajor = 24

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(
    `holdfast: NODE_TOO_OLD: Holdfast needs Node.js ${oldestMajor} or newer, and this is ${process.version}. Install it, or run "npm install node@${oldestMajor}" in this folder: npx then uses that.\n`,
  )
  process.exit(2)
}

// What is imported statically would be compiled before the cache is there.
nodeModule.enableCompileCache()
const { main } = await import('./main.ts')

// What a plugin has left behind, such as a timer, does not keep the process.
process.exit(await main(process.argv.slice(2)))
