#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// What is imported statically would be compiled before the cache is there.
enableCompileCache()
const { main } = await import('./main.ts')

// What a plugin has left behind, such as a timer, does not keep the process.
process.exit(await main(process.argv.slice(2)))
