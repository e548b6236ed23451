import { describe, expect, test } from 'vitest'
import { type ByteRange, type EntryStream, HoldfastError, MisuseError } from '../src/index.ts'
import { Lifetime } from '../src/lifetime.ts'
import { checkRange, superviseSource, superviseStream } from '../src/managed-streams.ts'
import { caught, rejection } from './caught.ts'
import { streamPut } from './script-driver.ts'

const megabyte = 1_048_576
const operation = 'driver.test'
const aborted = new HoldfastError('ABORTED', 'The call was aborted.')

describe('a body on its way in', () => {
  test('is given piece by piece up to the most that is allowed', async () => {
    const pieces = [bytes(4), bytes(0), bytes(6)]
    expect(await Array.fromAsync(superviseIn(pieces, 10))).toEqual(pieces)
  })

  test('is refused with the first byte too many, which is not given', async () => {
    const body = superviseIn([bytes(4), bytes(7), bytes(1)], 10)
    expect((await body.next()).value).toEqual(bytes(4))
    expect(await rejection(body.next())).toMatchObject({
      code: 'VALUE_TOO_LARGE',
      operation,
      context: { key: 'k', maxStreamBytes: 10 },
    })
  })

  test('is refused when it gives what is no bytes, without a word of what it gave', async () => {
    const error = await rejection(Array.fromAsync(superviseIn(['a secret'], 10)))
    expect(error).toBeInstanceOf(MisuseError)
    expect(error).toMatchObject({ code: 'WRONG_TYPE', operation })
    expect(String(error)).not.toContain('secret')
  })

  test('that fails by itself is BODY_FAILED, with its own error as the cause', async () => {
    const cause = new Error('connection reset')
    const error = await rejection(Array.fromAsync(superviseIn([bytes(1), cause], 10)))
    expect(error).toMatchObject({ code: 'BODY_FAILED', operation, context: { key: 'k' }, cause })
  })

  test('that fails with an error of Holdfast rejects with that', async () => {
    const failure = new HoldfastError('QUOTA_EXCEEDED', 'too much')
    expect(await rejection(Array.fromAsync(superviseIn([failure], 10)))).toBe(failure)
  })

  test('that hangs ends with its signal, for the reason of the signal', async () => {
    const lifetime = new Lifetime(operation)
    const body = superviseSource({ ...streamPut(), body: hanging() }, 10, lifetime)
    const next = rejection(body.next())
    lifetime.end(aborted)
    expect(await next).toBe(aborted)
  })

  test('lets others have their turn after each megabyte, and not for less', async () => {
    expect(await turnsDuring(superviseIn(Array(4).fill(bytes(megabyte)), 5 * megabyte))).toBe(4)
    expect(await turnsDuring(superviseIn(Array(8).fill(bytes(megabyte / 4)), 3 * megabyte))).toBe(2)
    expect(await turnsDuring(superviseIn(Array(50).fill(bytes(1)), 50))).toBe(0)
  })
})

describe('a body on its way out', () => {
  test('is given piece by piece, with its metadata', async () => {
    const stream = entryStream([bytes(1), bytes(2)])
    const { metadata, body } = superviseStream(stream, new Lifetime(operation))
    expect(metadata).toBe(stream.metadata)
    expect(await Array.fromAsync(body)).toEqual([bytes(1), bytes(2)])
  })

  test('that fails with a foreign error is a DRIVER_FAILURE', async () => {
    const cause = new Error('EIO')
    const { body } = superviseStream(entryStream([bytes(1), cause]), new Lifetime(operation))
    expect(await rejection(Array.fromAsync(body))).toMatchObject({
      code: 'DRIVER_FAILURE',
      operation,
      cause,
    })
  })

  test('that fails with an error of Holdfast rejects with that', async () => {
    const failure = new HoldfastError('STORE_CORRUPT', 'corrupt')
    const { body } = superviseStream(entryStream([failure]), new Lifetime(operation))
    expect(await rejection(Array.fromAsync(body))).toBe(failure)
  })

  test('ends with its signal for the reason of the signal, whatever the driver makes of it', async () => {
    const lifetime = new Lifetime(operation)
    async function* echoing(): AsyncGenerator<Uint8Array> {
      yield bytes(1)
      lifetime.end(aborted)
      throw new DOMException('This operation was aborted', 'AbortError')
    }
    const stream = { ...entryStream([]), body: echoing() }
    const { body } = superviseStream(stream, lifetime)
    expect(await rejection(Array.fromAsync(body))).toBe(aborted)
  })

  test('that hangs ends with its signal', async () => {
    const lifetime = new Lifetime(operation)
    const stream = { ...entryStream([]), body: hanging() }
    const { body } = superviseStream(stream, lifetime)
    const rest = rejection(Array.fromAsync(body))
    lifetime.end(aborted)
    expect(await rest).toBe(aborted)
  })

  test('tells the driver when its reader stops early', async () => {
    let isEnded = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield bytes(1)
      } finally {
        isEnded = true
      }
    }
    const stream = { ...entryStream([]), body: endless() }
    for await (const piece of superviseStream(stream, new Lifetime(operation)).body) {
      expect(piece).toEqual(bytes(1))
      break
    }
    expect(isEnded).toBe(true)
  })

  test('lets others have their turn after each megabyte', async () => {
    const stream = entryStream(Array(3).fill(bytes(megabyte)))
    const { body } = superviseStream(stream, new Lifetime(operation))
    expect(await turnsDuring(body)).toBe(3)
  })
})

describe('a range', () => {
  test.each([
    null,
    { start: 0, end: null },
    { start: 0, end: 0 },
    { start: 3, end: 3 },
    { start: 5, end: Number.MAX_SAFE_INTEGER },
  ])('may be %j', (range) => {
    expect(() => checkRange(range)).not.toThrow()
  })

  test.each([
    { start: -1, end: null },
    { start: 0.5, end: null },
    { start: Number.NaN, end: null },
    { start: 3, end: 2 },
    { start: 0, end: -1 },
    { start: 0, end: 1.5 },
    { start: 0, end: Number.POSITIVE_INFINITY },
    { start: 2 ** 53, end: null },
  ])('cannot be from $start to $end', (range) => {
    expect(caught(() => checkRange(range))).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('the error of a range', () => {
  test.each([
    [{ start: '0', end: null }, 'got "0" to the end.'],
    [{ start: -1, end: 3 }, 'got -1 to 3.'],
    [{ start: 0, end: '9' }, 'got 0 to "9".'],
    [{ start: 0, end: [9] }, 'got 0 to an array of 1 item.'],
  ])('shows %j as it is', (range, words) => {
    expect(caught(() => checkRange(range as ByteRange))).toMatchObject({
      message: expect.stringContaining(words),
    })
  })
})

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(length)
}

/** @param steps errors are thrown, everything else is given */
function superviseIn(steps: readonly unknown[], most: number): AsyncGenerator<Uint8Array, void> {
  return superviseSource({ ...streamPut(), body: play(steps) }, most, new Lifetime(operation))
}

function entryStream(steps: readonly unknown[]): EntryStream {
  const { key, version, expiresAt, contentType } = streamPut()
  const metadata = { key, version, expiresAt, contentType, size: 0, createdAt: 0, updatedAt: 0 }
  return { metadata, body: play(steps) }
}

async function* play(steps: readonly unknown[]): AsyncGenerator<Uint8Array> {
  for (const step of steps) {
    if (step instanceof Error) throw step
    yield step as Uint8Array
  }
}

async function* hanging(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
  yield bytes(0)
}

/** How often the event loop has come round while a body was read that never waits by itself. */
async function turnsDuring(body: AsyncIterable<Uint8Array>): Promise<number> {
  let turns = 0
  let isReading = true
  const count = (): void => {
    if (!isReading) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  await Array.fromAsync(body)
  isReading = false
  return turns
}
