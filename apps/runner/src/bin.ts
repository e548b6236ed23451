#!/usr/bin/env node
import { main } from './main.ts'

// What a plugin has left behind, such as a timer, does not keep the process.
process.exit(await main(process.argv.slice(2)))
