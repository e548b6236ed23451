// Puts the runtime of plugins' processes beside the compiled host, with its code cache.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { bundleGuest } from '../src/build/bundle-guest.ts'
import { cacheGuest } from './cache-guest.ts'

const folder = fileURLToPath(new URL('../dist/guest-files/', import.meta.url))
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
for (const { name, contents } of await bundleGuest()) {
  await writeFile(folder + name, contents)
}
await using driver = createMemoryDriver()
await driver.open()
await writeFile(`${folder}runtime.cache`, await cacheGuest(`${folder}runtime.cjs`, driver))
