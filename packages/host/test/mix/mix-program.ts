// A process of its own for mix.test.ts, which is about what the process of a host holds.
// node --expose-gc mix-program.ts '{"host":{"mode":"inline"},"extent":{...}}'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, readManifest } from '../../src/index.ts'
import type { HostRow } from '../host-rows.ts'
import { readSamplePlugins } from '../samples/sample-plugins.ts'
import type { Reading } from './mix-report.ts'
import { type MixExtent, MixRun } from './mix-run.ts'

const { host: options, extent } = JSON.parse(process.argv[2] ?? '') as {
  readonly host: HostRow['options']
  readonly extent: MixExtent
}
const crasher = await readManifest(fileURLToPath(new URL('../fixtures/crasher', import.meta.url)))
const plugins = [...(await readSamplePlugins()), crasher]
await using driver = createMemoryDriver()
await driver.open()
await using host = createHost({ driver, plugins, ...options })
const report = await new MixRun(host, extent, takeReading).run()
process.stdout.write(JSON.stringify(report))

function takeReading(): Reading {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    residentBytes: rss,
    heldBytes: heapUsed + external,
    descriptors: readdirSync('/proc/self/fd').length,
  }
}
