import { describe, expect, test, vi } from 'vitest'
import { parseStorageKey, type Quota, type StreamPut, withinQuota } from '../src/index.ts'
import { rejection } from './caught.ts'
import { streamPut } from './script-driver.ts'

/** Of 2 bytes in UTF-8. */
const key = parseStorageKey('é')

describe('a body on its way in under a quota', () => {
  test('passes as it is when it and its key are exactly as much as is allowed', async () => {
    const pieces = [bytes(3), bytes(0), bytes(5)]
    expect(await Array.fromAsync(withinQuota(put(pieces, { maxBytes: 10 }), 0))).toEqual(pieces)
  })

  test('is refused with the first byte too many, counting its key, and told to end', async () => {
    const { body, given, ended } = source([bytes(3), bytes(6), bytes(1)])
    const passed = withinQuota({ ...put([], { maxBytes: 10 }), body }, 0)
    expect((await passed.next()).value).toEqual(bytes(3))
    expect(await rejection(passed.next())).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      context: { maxBytes: 10, neededBytes: 11 },
      message: expect.stringContaining('would make it at least 11.'),
    })
    expect(given).toHaveBeenCalledTimes(2)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test('may be more than the quota when the plugin holds as much already', async () => {
    const pieces = [bytes(9), bytes(9)]
    expect(await Array.fromAsync(withinQuota(put(pieces, { maxBytes: 10 }), 20))).toEqual(pieces)
    const more = Array.fromAsync(withinQuota(put(pieces, { maxBytes: 10 }), 19))
    expect(await rejection(more)).toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })

  test('is not judged by what the plugin holds beside it, which the commit judges', async () => {
    const pieces = [bytes(8)]
    expect(await Array.fromAsync(withinQuota(put(pieces, { maxBytes: 10 }), 9))).toEqual(pieces)
  })

  test('passes whatever its size where there is no quota', async () => {
    const pieces = [bytes(1_000), bytes(1_000)]
    expect(await Array.fromAsync(withinQuota(put(pieces, null), 0))).toEqual(pieces)
  })
})

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(length)
}

function put(pieces: readonly Uint8Array[], quota: Quota | null): StreamPut {
  return { ...streamPut(), key, quota, body: source(pieces).body }
}

/** A body that says how many of its pieces it gave, and whether it was told to end. */
function source(pieces: readonly Uint8Array[]) {
  const given = vi.fn<() => void>()
  const ended = vi.fn<() => void>()
  async function* give(): AsyncGenerator<Uint8Array, void> {
    try {
      for (const piece of pieces) {
        given()
        yield piece
      }
    } finally {
      ended()
    }
  }
  return { body: give(), given, ended }
}
