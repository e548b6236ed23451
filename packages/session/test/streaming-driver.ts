import type { EntryStream, StorageDriver } from '@holdfast/core'
import type { SessionStorage, StorageStream } from '@holdfast/session'
import { openDriver } from './make-context.ts'

/** Length of the pieces in which the memory driver gives a value. */
export const pieceBytes = 65_536

/** Opens a value that is there. */
export async function openStream(storage: SessionStorage, key: string): Promise<StorageStream> {
  const stream = await storage.stream(key)
  if (stream === null) throw new Error(`There is no ${key}.`)
  return stream
}

/** A driver whose streams give so many pieces of a byte each, and what becomes of them. */
export async function streaming(
  pieces: number,
): Promise<{ driver: StorageDriver; events: string[] }> {
  const driver = await openDriver()
  const events: string[] = []
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = 1; piece <= pieces; piece++) {
        events.push(`gives ${piece}`)
        yield Uint8Array.of(piece)
      }
    } finally {
      events.push('ends')
    }
  }
  driver.readStream = async (_scope, key): Promise<EntryStream> => ({
    metadata: {
      key,
      size: pieces,
      version: 'v' as never,
      createdAt: 0,
      updatedAt: 0,
      expiresAt: null,
      contentType: null,
    },
    body: body(),
  })
  return { driver, events }
}
