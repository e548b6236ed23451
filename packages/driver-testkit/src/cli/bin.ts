#!/usr/bin/env node
import { main } from './main.ts'

// What a driver has left behind, such as a timer, does not keep the process.
process.exit(await main(process.argv.slice(2)))
