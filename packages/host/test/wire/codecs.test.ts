import {
  HoldfastError,
  MisuseError,
  mintVersion,
  parseStorageKey,
  type StoreName,
} from '@holdfast/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeError, readError } from '../../src/wire/error-codec.ts'
import { FrameReader } from '../../src/wire/frame-reader.ts'
import { FrameWriter } from '../../src/wire/frame-writer.ts'
import { readMessage } from '../../src/wire/message-codec.ts'
import type { PayloadReader } from '../../src/wire/payload-reader.ts'
import { ProtocolError } from '../../src/wire/protocol-error.ts'
import { readCommit, readEntries, writeCommit, writeEntries } from '../../src/wire/storage-codec.ts'

/** Writes one message and reads it again. */
function pass<Result>(
  write: (to: FrameWriter) => void,
  read: (from: PayloadReader) => Result,
): Result {
  const writer = new FrameWriter()
  const frame = writer.begin(1, 2)
  write(frame)
  frame.end()
  const chunks = [...writer.takeReady()]
  while (writer.hasLarge) chunks.push(...writer.takeFragment())
  const results: Result[] = []
  const reader = new FrameReader((_type, _id, payload) => {
    results.push(read(payload))
    payload.end()
  })
  reader.read(Buffer.concat(chunks))
  const [result] = results
  if (result === undefined) throw new Error('There was no message.')
  return result
}

const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => !text.includes('\0') && text.isWellFormed())
  .map((text) => parseStorageKey(text))
const store = fc.constantFrom<StoreName>('storage', 'persistent_store')
const version = fc.constant(null).map(() => mintVersion())
const time = fc.option(fc.integer({ min: 0, max: 2 ** 52 }))
const contentType = fc.option(fc.constant('text/plain'))
const value = fc.uint8Array({ maxLength: 20_000 })

describe('what goes over the wire', () => {
  test('is the same commit', () => {
    const commit = fc.record({
      checks: fc.array(fc.record({ store, key, version: fc.option(version) }), { maxLength: 3 }),
      puts: fc.array(fc.record({ store, key, value, version, expiresAt: time, contentType }), {
        maxLength: 4,
      }),
      deletes: fc.array(fc.record({ store, key }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(commit, (sent) => {
        const received = pass(
          (to) => writeCommit(to, sent),
          (from) => {
            const { puts, ...rest } = readCommit(from)
            // The values are those of the frame.
            return { ...rest, puts: puts.map((put) => ({ ...put, value: put.value.slice() })) }
          },
        )
        expect(received).toEqual(sent)
      }),
    )
  })

  test('is the same entries, with values that are nobody else’s', () => {
    const entry = fc.record({
      key,
      value,
      version,
      createdAt: fc.integer({ min: 0 }),
      updatedAt: fc.integer({ min: 0 }),
      expiresAt: time,
      contentType,
    })
    fc.assert(
      fc.property(fc.array(fc.option(entry), { maxLength: 5 }), (drawn) => {
        const sent = drawn.map((each) => each && { ...each, size: each.value.length })
        const keys = sent.map((each) => each?.key ?? parseStorageKey('absent'))
        const received = pass(
          (to) => writeEntries(to, sent),
          (from) => readEntries(from, keys),
        )
        expect(received).toEqual(sent)
        const buffers = received.flatMap((each) => (each ? [each.value.buffer] : []))
        expect(new Set(buffers).size).toBe(buffers.length)
      }),
    )
  })

  test('is the same error, with what is behind it in words', () => {
    const cause = new RangeError('too far')
    const sent = new HoldfastError('QUOTA_EXCEEDED', 'It is full.', {
      operation: 'storage.set',
      context: { key: 'a', maxBytes: 3, keys: ['a', 'b'], isFirst: true, nothing: null },
      cause,
    })
    const received = pass((to) => to.text(encodeError(sent, () => sent)), readError)

    expect(received).toBeInstanceOf(HoldfastError)
    expect(received).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: 'It is full.',
      retryable: false,
      operation: 'storage.set',
      context: sent.context,
      cause: { name: 'RangeError', message: 'too far', stack: cause.stack },
    })
  })

  test('keeps the mistakes of a programmer apart from other errors', () => {
    const sent = new MisuseError('WRONG_TYPE', 'A key is a string.')
    const received = pass(
      (to) => to.text(encodeError(sent, () => new HoldfastError('INTERNAL', ''))),
      readError,
    )
    expect(received).toBeInstanceOf(TypeError)
    expect(received).toMatchObject({ name: 'MisuseError', code: 'WRONG_TYPE' })
  })
})

describe('an error that nobody of ours has sent', () => {
  test.each([
    ['no object', '[]'],
    ['no JSON', '{'],
    ['no code', '{"message":"x"}'],
    ['a code that there is not', '{"code":"constructor","message":"x"}'],
    ['no message', '{"code":"ABORTED"}'],
  ])('is refused if it has %s', (_what, json) => {
    expect(() => receive(json)).toThrow(ProtocolError)
  })

  test('brings nothing into the prototype of its context, and nothing that is no fact', () => {
    const error = receive(
      '{"code":"ABORTED","message":"x","context":{"__proto__":{"polluted":1},"toString":"own","f":{"a":1}}}',
    )
    expect(error.context).toEqual({ toString: 'own' })
    expect(Object.getPrototypeOf(error.context)).toBe(Object.prototype)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('is cut to what a log can take', () => {
    const long = 'x'.repeat(100_000)
    const { message, cause } = receive(
      JSON.stringify({ code: 'ABORTED', message: long, cause: { name: 'E', message: long } }),
    )
    expect(message.length).toBeLessThan(20_000)
    expect((cause as Error).message.length).toBeLessThan(20_000)
  })
})

describe('a message that no method of a tool makes', () => {
  test.each([
    ['no object', '[]'],
    ['a type that there is not', '{"type":"script"}'],
    [
      'an address that no browser shall open',
      '{"type":"link","url":"javascript:alert(1)","title":null}',
    ],
    ['no value', '{"type":"json"}'],
    ['a level that there is not', '{"type":"log","level":"fatal","text":"x","data":null}'],
    [
      'JSON that is nested too deep',
      `{"type":"json","value":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
    ],
  ])('is refused if it has %s', (_what, json) => {
    const write = (to: FrameWriter): void => void to.u8(1).text(json)
    expect(() => pass(write, readMessage)).toThrow(ProtocolError)
  })
})

function receive(json: string): HoldfastError | MisuseError {
  return pass((to) => to.text(json), readError)
}
