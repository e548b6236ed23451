import type { Writable } from 'node:stream'

/** Writes and waits until the stream has taken it, so that a slow reader slows the writer down. */
export function writeTo(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

/**
 * Writes to stderr and waits until that has taken it. Where nobody reads it any more it is lost, and
 * nothing else is.
 */
export async function writeToLog(text: string): Promise<void> {
  await writeTo(process.stderr, text).catch(() => undefined)
}
