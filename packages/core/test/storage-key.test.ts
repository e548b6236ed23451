import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  limits,
  MisuseError,
  parseKeyPrefix,
  parsePersistentStoreKey,
  parseStorageKey,
} from '../src/index.ts'
import { caught } from './caught.ts'
import { wellFormedText } from './well-formed-text.ts'

const legalKeys = wellFormedText(512).filter(
  (text) => text !== '' && !text.includes('\0') && Buffer.byteLength(text) <= 512,
)

const notStrings = [
  undefined,
  null,
  1,
  1n,
  true,
  Symbol('k'),
  {},
  ['a'],
  Buffer.from('a'),
  () => 'a',
]

describe('parseStorageKey', () => {
  test('accepts every well-formed text of 1 to 512 bytes without U+0000, unchanged', () => {
    fc.assert(fc.property(legalKeys, (text) => parseStorageKey(text) === text))
  })

  test.each(['.', '..', '/etc/passwd', 'a//b', 'a:b', 'a#b', '%', '_', '\\', ' ', '\n', 'A', '"'])(
    'gives no character a meaning: %j is a key',
    (text) => {
      expect(parseStorageKey(text)).toBe(text)
    },
  )

  test('keeps the two normal forms of one letter apart', () => {
    expect(parseStorageKey('\u00e9')).not.toBe(parseStorageKey('e\u0301'))
  })

  test.each([
    ['512 of one byte', 'k'.repeat(512)],
    ['256 of two bytes', 'é'.repeat(256)],
    ['128 of four bytes', '😀'.repeat(128)],
  ])('accepts the longest key: %s', (_what, text) => {
    expect(parseStorageKey(text)).toBe(text)
  })

  test.each([
    ['an empty text', ''],
    ['513 characters of one byte', 'k'.repeat(513)],
    ['257 characters of two bytes', 'é'.repeat(257)],
    ['129 characters of four bytes', '😀'.repeat(129)],
    ['U+0000 alone', '\0'],
    ['U+0000 in the middle', 'a\0b'],
    ['a high surrogate alone', 'a\ud83d'],
    ['a low surrogate alone', '\ude00a'],
    ['a surrogate pair the wrong way round', '\ude00\ud83d'],
  ])('refuses %s', (_what, text) => {
    expect(caught(() => parseStorageKey(text))).toMatchObject({
      name: 'HoldfastError',
      code: 'INVALID_KEY',
      retryable: false,
    })
  })

  test('refuses every text with half of a surrogate pair in it', () => {
    const halves = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit))
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(
      fc.property(text, halves, text, (before, half, after) => {
        const error = caught(() => parseStorageKey(`${before} ${half} ${after}`))
        expect(error).toMatchObject({ code: 'INVALID_KEY' })
      }),
    )
  })

  test.each(notStrings)('takes %s for a mistake in the program', (value) => {
    const error = caught(() => parseStorageKey(value))
    expect(error).toBeInstanceOf(MisuseError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'WRONG_TYPE', retryable: false })
  })

  test('says how long a key may be and how long it is', () => {
    expect(() => parseStorageKey('é'.repeat(300))).toThrow(/512 bytes of UTF-8; got one of 600\./)
  })
})

describe('parseKeyPrefix', () => {
  test('accepts an empty prefix and every key', () => {
    expect(parseKeyPrefix('')).toBe('')
    fc.assert(fc.property(legalKeys, (text) => parseKeyPrefix(text) === text))
  })

  test.each(['\0', '\ud800', 'k'.repeat(limits.maxKeyBytes + 1)])('refuses %j', (text) => {
    expect(caught(() => parseKeyPrefix(text))).toMatchObject({ code: 'INVALID_KEY' })
  })

  test('takes what is no string for a mistake in the program', () => {
    expect(caught(() => parseKeyPrefix(undefined))).toBeInstanceOf(MisuseError)
  })
})

describe('parsePersistentStoreKey', () => {
  test('accepts every key of the other store that has no ":" and no "#", unchanged', () => {
    const keys = legalKeys.filter((text) => !/[:#]/.test(text))
    fc.assert(fc.property(keys, (text) => parsePersistentStoreKey(text) === text))
  })

  test.each([':', '#', 'a:b', 'a#b', 'a:', '#a', '#:'])('refuses %j', (text) => {
    expect(caught(() => parsePersistentStoreKey(text))).toMatchObject({ code: 'INVALID_KEY' })
  })

  test.each(['', '\0', '\udc00', 'k'.repeat(513)])(
    'refuses %j, as the other store does',
    (text) => {
      expect(caught(() => parsePersistentStoreKey(text))).toMatchObject({ code: 'INVALID_KEY' })
    },
  )

  test('takes what is no string for a mistake in the program', () => {
    expect(caught(() => parsePersistentStoreKey(5))).toBeInstanceOf(MisuseError)
  })
})
