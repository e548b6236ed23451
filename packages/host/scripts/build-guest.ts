// Puts the runtime of plugins' processes beside the compiled host.
import { writeFile } from 'node:fs/promises'
import { bundleGuest } from '../src/build/bundle-guest.ts'

await writeFile(new URL('../dist/guest.cjs', import.meta.url), await bundleGuest())
