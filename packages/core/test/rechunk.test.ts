import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rechunk } from '../src/index.ts'

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* pieces
}

async function* reusing(): AsyncGenerator<Uint8Array, void> {
  const piece = new Uint8Array(2)
  for (const byte of [1, 2, 3]) yield piece.fill(byte)
}

describe('a body that is cut anew', () => {
  test('has the same bytes, in chunks of one length, of which the last may be shorter', async () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(bodies, fc.integer({ min: 1, max: 9 }), async (pieces, chunkBytes) => {
        const chunks = await Array.fromAsync(rechunk(piecesOf(pieces), chunkBytes))
        const bytes = Buffer.concat(pieces)
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
        const lengths = chunks.map(({ length }) => length)
        expect(lengths.slice(0, -1).every((length) => length === chunkBytes)).toBe(true)
        expect(lengths).toHaveLength(Math.ceil(bytes.length / chunkBytes))
      }),
    )
  })

  test('does not look at a piece again once it has asked for the next', async () => {
    const chunks = await Array.fromAsync(rechunk(reusing(), 4))
    expect(chunks).toEqual([Uint8Array.of(1, 1, 2, 2), Uint8Array.of(3, 3)])
  })

  test('fills the buffers again that were given back', async () => {
    const spent: Uint8Array<ArrayBuffer>[] = []
    const buffers = new Set<ArrayBuffer>()
    for await (const chunk of rechunk(piecesOf([new Uint8Array(40)]), 4, spent)) {
      buffers.add(chunk.buffer)
      spent.push(chunk)
    }
    expect(buffers.size).toBe(1)
  })

  test('is told to end where no more of it is asked for', async () => {
    let hasEnded = false
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      try {
        for (;;) yield new Uint8Array(4)
      } finally {
        hasEnded = true
      }
    }
    const chunks = rechunk(endless(), 4)
    await chunks.next()
    await chunks.return(undefined)
    expect(hasEnded).toBe(true)
  })
})
