import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from '../../src/wire/frame-reader.ts'
import { FrameWriter } from '../../src/wire/frame-writer.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'
import { wireLimits } from '../../src/wire/wire-limits.ts'

interface Sent {
  readonly type: number
  readonly id: number
  readonly text: string
  readonly values: readonly Uint8Array[]
}

function write(writer: FrameWriter, { type, id, text, values }: Sent): void {
  writer
    .begin(type, id)
    .text(text)
    .list(values, (to, value) => to.bytes(value, false))
    .end()
}

/** All that a writer has to send, as the chunks of a socket. */
function drain(writer: FrameWriter): Buffer {
  const chunks: Uint8Array[] = [...writer.takeReady()]
  while (writer.hasLarge) chunks.push(...writer.takeFragment())
  return Buffer.concat(chunks)
}

function readAll(bytes: Buffer, chunkBytes: number): Sent[] {
  const received: Sent[] = []
  const reader = new FrameReader((type, id, payload) => {
    const text = payload.text()
    const values = payload.list(100, (from) => from.value())
    payload.end()
    received.push({ type, id, text, values })
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.read(bytes.subarray(at, at + chunkBytes))
  }
  return received
}

const small = fc.uint8Array({ maxLength: 40 })
/** Around the sizes where the writer changes its ways. */
const sized = fc
  .constantFrom(0, 8_191, 8_192, 65_535, 65_536, 65_537, 262_140, 262_144, 262_145, 600_000)
  .map((length) => new Uint8Array(length).fill(length % 251))
const message: fc.Arbitrary<Sent> = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 0xffff_ffff }),
  text: fc.string({ unit: 'grapheme', maxLength: 60 }),
  values: fc.array(fc.oneof({ weight: 4, arbitrary: small }, sized), { maxLength: 4 }),
})

const sorted = (messages: readonly Sent[]): string[] =>
  messages
    .map(({ type, id, text, values }) =>
      JSON.stringify([type, id, text, values.map((value) => Buffer.from(value).toString('hex'))]),
    )
    .toSorted()

describe('frames', () => {
  test('carry every message whole, however the socket cuts them', () => {
    fc.assert(
      fc.property(
        // Large messages that are under way at once have numbers of their own.
        fc.uniqueArray(message, { selector: ({ id }) => id, maxLength: 6 }),
        fc.integer({ min: 1, max: 70_000 }),
        (messages, chunkBytes) => {
          const writer = new FrameWriter()
          for (const each of messages) write(writer, each)
          expect(sorted(readAll(drain(writer), chunkBytes))).toEqual(sorted(messages))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('arrive byte by byte, too', () => {
    const writer = new FrameWriter()
    const sent = { type: 7, id: 9, text: 'ä', values: [new Uint8Array([1, 2, 3])] }
    write(writer, sent)
    expect(readAll(drain(writer), 1)).toEqual([sent])
  })

  test('let small messages pass by large ones', () => {
    const writer = new FrameWriter()
    write(writer, { type: 1, id: 2, text: 'large', values: [new Uint8Array(1_000_000)] })
    write(writer, { type: 1, id: 4, text: 'small', values: [] })
    expect(readAll(drain(writer), 65_536).map(({ text }) => text)).toEqual(['small', 'large'])
  })

  test('keep the last message of an invocation behind its large ones', () => {
    const writer = new FrameWriter()
    write(writer, { type: 1, id: 2, text: 'large', values: [new Uint8Array(1_000_000)] })
    writer.begin(2, 2, true).text('last').u32(0).end()
    expect(readAll(drain(writer), 65_536).map(({ text }) => text)).toEqual(['large', 'last'])
  })

  test('copy what its owner may change', () => {
    const writer = new FrameWriter()
    const value = new Uint8Array(10_000).fill(1)
    write(writer, { type: 1, id: 2, text: '', values: [value] })
    value.fill(2)
    expect(readAll(drain(writer), 65_536)[0]?.values[0]).toEqual(new Uint8Array(10_000).fill(1))
  })

  test('of small messages of a tick are one chunk', () => {
    const writer = new FrameWriter()
    for (let id = 0; id < 20; id++) write(writer, { type: 1, id, text: 'x', values: [] })
    expect(writer.takeReady()).toHaveLength(1)
  })
})

describe('bytes that are no frames', () => {
  test('end in an error of the protocol, or in nothing yet, and never in another error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (chunks) => {
        const errors: unknown[] = []
        try {
          const reader = new FrameReader((_type, _id, payload) => {
            payload.text()
            payload.list(10, (from) => from.value())
            payload.end()
          })
          for (const chunk of chunks) reader.read(Buffer.from(chunk))
        } catch (error) {
          errors.push(error)
        }
        expect(errors.every((error) => error instanceof ProtocolError)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['a frame that is too large', header(wireLimits.maxFrameBytes + 1, 0)],
    ['flags that there are not', header(0, 2)],
    ['a fragment of too large a message', fragment(wireLimits.maxMessageBytes + 1, 10)],
    ['a fragment with nothing in it', fragment(600_000, 0)],
    ['a fragment with more than the message', fragment(5, 6)],
    [
      'a fragment that goes with no other',
      Buffer.concat([fragment(600_000, 10), fragment(500_000, 10)]),
    ],
    [
      'too many large messages at once',
      Buffer.concat([fragment(60_000_000, 10, 2), fragment(60_000_000, 10, 4)]),
    ],
  ])('such as %s are refused', (_what, bytes) => {
    const reader = new FrameReader(() => undefined)
    expect(() => reader.read(bytes)).toThrow(ProtocolError)
  })

  test('hold no more memory than one frame while they wait for the rest', () => {
    const reader = new FrameReader(() => undefined)
    const before = process.memoryUsage().arrayBuffers
    reader.read(header(wireLimits.maxFrameBytes, 0))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * wireLimits.maxFrameBytes)
  })
})

function header(length: number, flags: number, id = 2): Buffer {
  const bytes = Buffer.alloc(wireLimits.headerBytes)
  bytes.writeUInt32LE(length, 0)
  bytes.writeUInt8(35, 4)
  bytes.writeUInt8(flags, 5)
  bytes.writeUInt32LE(id, 8)
  return bytes
}

function fragment(total: number, length: number, id = 2): Buffer {
  const payload = Buffer.alloc(4 + length)
  payload.writeUInt32LE(total, 0)
  return Buffer.concat([header(payload.length, 1, id), payload])
}
