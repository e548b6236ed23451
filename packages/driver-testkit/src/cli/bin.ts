#!/usr/bin/env node
const oldestMajor = 24

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(
    `driver-testkit: NODE_TOO_OLD: It needs Node.js ${oldestMajor} or newer, and this is ${process.version}. Install it, or run "npm install node@${oldestMajor}" in this folder: npx then uses that.\n`,
  )
  process.exit(2)
}

// What is imported statically would be compiled before that, and fail on what an older Node lacks.
const { main } = await import('./main.ts')

// What a driver has left behind, such as a timer, does not keep the process.
process.exit(await main(process.argv.slice(2)))
