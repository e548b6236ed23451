import type { Readable } from 'node:stream'

/** How much one process may write to its logs in a second, in bytes. */
const bytesPerSecond = 1_048_576

/**
 * Reads what a process writes to stdout or stderr no faster than a log should grow. A process that
 * writes more has to wait, as on any full pipe; the host does not.
 */
export function readWithinBudget(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  let left = bytesPerSecond
  let timer: NodeJS.Timeout | null = null
  const refill = (): void => {
    timer = null
    left = bytesPerSecond
    stream.resume()
  }
  stream.on('data', (chunk: Buffer) => {
    onChunk(chunk)
    left -= chunk.length
    timer ??= setTimeout(refill, 1_000).unref()
    if (left <= 0) stream.pause()
  })
  stream.on('error', () => undefined)
  stream.on('close', () => {
    if (timer !== null) clearTimeout(timer)
  })
}
