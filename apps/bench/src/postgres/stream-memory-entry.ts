// The program of the process that stream-rows.ts starts to see what a large value needs.
import { mintVersion, parsePluginId, parseStorageKey, parseWorkspaceId } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { peakMemory } from '../measure/peak-memory.ts'

/** What the process does. It sends its parent the bytes of memory that it needed. */
export interface StreamMemoryTask {
  readonly url: string
  readonly direction: 'write' | 'read'
  readonly bytes: number
}

const scope = {
  workspace: parseWorkspaceId('workspace-0'),
  plugin: parsePluginId('plugin-0'),
  store: 'storage',
} as const

const quota = { maxBytes: 2 ** 50 }
const pieceBytes = 65_536
const warmUp = { key: 'warm-up', bytes: 4_194_304 }

const { url, direction, bytes } = JSON.parse(
  process.env['HOLDFAST_BENCH_TASK'] ?? '',
) as StreamMemoryTask
const driver = createPostgresDriver({ url })
await driver.open()
// Code and connections are no part of what a large value needs.
await write(warmUp.key, warmUp.bytes)
await read(warmUp.key, warmUp.bytes)
const call = { write, read }[direction]
const needed = await peakMemory(() => call('large', bytes))
await driver.close()
process.send?.(needed, () => process.disconnect())

async function write(key: string, size: number): Promise<void> {
  const put = { key: parseStorageKey(key), version: mintVersion(), quota, body: randomBytes(size) }
  const none = { expiresAt: null, contentType: null, expected: undefined }
  await driver.writeStream(scope, { ...put, ...none })
}

async function read(key: string, size: number): Promise<void> {
  const stream = await driver.readStream(scope, parseStorageKey(key), null)
  let length = 0
  for await (const piece of stream?.body ?? []) length += piece.length
  if (length !== size) throw new Error(`readStream gave ${length} bytes of ${size}.`)
}

async function* randomBytes(size: number): AsyncGenerator<Uint8Array, void> {
  // One buffer, so that what is measured is the garbage of the driver alone.
  const piece = new Uint8Array(pieceBytes)
  for (let left = size; left > 0; left -= pieceBytes) {
    yield crypto.getRandomValues(piece).subarray(0, left)
  }
}
