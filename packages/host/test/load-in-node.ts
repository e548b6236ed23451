// A process of its own for load-plugin.test.ts: a test runner's loader is not Node's.
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, readManifest } from '../src/index.ts'

const manifest = await readManifest(process.argv[2] ?? '')
const host = createHost({ driver: createMemoryDriver(), plugins: [manifest], mode: 'inline' })
const outcome = await host.describe(manifest.id).catch((error: unknown) => error)
const { code, message } = outcome as { readonly code?: string; readonly message?: string }
process.stdout.write(JSON.stringify({ code, message }))
