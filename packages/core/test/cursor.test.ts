import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, isHoldfastError } from '../src/index.ts'
import { caught } from './caught.ts'
import { wellFormedText } from './well-formed-text.ts'

const positions = fc.array(
  wellFormedText(30).filter((text) => !text.includes('\0')),
  { maxLength: 4 },
)

test('a cursor gives back the position that it was made of', () => {
  fc.assert(
    fc.property(positions, (position) => {
      expect(decodeCursor(encodeCursor(position), position.length)).toEqual(position)
    }),
  )
})

test('a cursor passes through a URL as it is', () => {
  fc.assert(
    fc.property(positions, (position) => {
      const cursor = encodeCursor(position)
      expect(encodeURIComponent(cursor)).toBe(cursor)
    }),
  )
})

test('a cursor of another kind of position is refused', () => {
  const cursor = encodeCursor(['a', 'b'])
  expect(caught(() => decodeCursor(cursor, 1))).toMatchObject({ code: 'INVALID_CURSOR' })
  expect(caught(() => decodeCursor(cursor, 3))).toMatchObject({ code: 'INVALID_CURSOR' })
})

test.each([
  ['an empty text', ''],
  ['a text that is not base64url', '!!!'],
  ['a text of an impossible length', 'a'],
  ['bytes that are not UTF-8', btoa('\xff\xfe')],
  ['what is not JSON', btoa('nonsense')],
  ['JSON that is no array', btoa('"a"')],
  ['an array of something other than texts', btoa('[1]')],
  ['half of a surrogate pair, which no key has', btoa(String.raw`["\ud800"]`)],
  ['U+0000, which no key has', btoa(String.raw`["\u0000"]`)],
  ['a cut cursor', encodeCursor(['some key']).slice(0, -3)],
])('refuses %s as a cursor', (_what, text) => {
  expect(caught(() => decodeCursor(text, 1))).toMatchObject({
    code: 'INVALID_CURSOR',
    retryable: false,
  })
})

test('never fails in another way, whatever it is given', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String())
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return decodeCursor(text, 1).length === 1
      } catch (error) {
        return isHoldfastError(error, 'INVALID_CURSOR')
      }
    }),
  )
})
