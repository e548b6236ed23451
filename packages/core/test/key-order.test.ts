import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys, entryBytes, keyPrefixEnd, parseStorageKey, utf8Length } from '../src/index.ts'
import { wellFormedText } from './well-formed-text.ts'

const texts = wellFormedText(12)

/** Two texts that often share their beginning, as keys do. */
const pairs = fc
  .tuple(wellFormedText(4), texts, texts)
  .map(([shared, left, right]) => [shared + left, shared + right] as const)

function byteOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

describe('utf8Length', () => {
  test('counts what the encoder would write', () => {
    fc.assert(
      fc.property(wellFormedText(100), (text) => utf8Length(text) === Buffer.byteLength(text)),
    )
  })

  test('counts the bytes of a key for an entry, and adds those of the value', () => {
    expect(entryBytes(parseStorageKey('é😀a'), 100)).toBe(2 + 4 + 1 + 100)
  })
})

describe('compareKeys', () => {
  test('orders as the bytes in UTF-8 do', () => {
    fc.assert(
      fc.property(pairs, ([left, right]) => {
        expect(Math.sign(compareKeys(left, right))).toBe(byteOrder(left, right))
      }),
      { numRuns: 1_000 },
    )
  })

  test('puts what is beyond the basic plane after U+FF5E, unlike sort()', () => {
    expect(['\uff5e', '😀'].toSorted()).toEqual(['😀', '\uff5e'])
    expect(compareKeys('😀', '\uff5e')).toBeGreaterThan(0)
    expect(compareKeys('\uff5e', '😀')).toBeLessThan(0)
  })

  test('puts a key before those that it is the beginning of', () => {
    expect(compareKeys('a', 'aa')).toBeLessThan(0)
    expect(compareKeys('aa', 'a')).toBeGreaterThan(0)
    expect(compareKeys('a', 'a')).toBe(0)
  })
})

describe('keyPrefixEnd', () => {
  test('bounds exactly the keys with a prefix', () => {
    const keyAndPrefix = fc.oneof(
      fc.tuple(texts, wellFormedText(3)),
      fc.tuple(texts, wellFormedText(3)).map(([rest, prefix]) => [prefix + rest, prefix] as const),
    )
    fc.assert(
      fc.property(keyAndPrefix, ([key, prefix]) => {
        const end = keyPrefixEnd(prefix)
        const isInRange =
          compareKeys(prefix, key) <= 0 && (end === null || compareKeys(key, end) < 0)
        expect(isInRange).toBe(key.startsWith(prefix))
      }),
      { numRuns: 2_000 },
    )
  })

  test('is well-formed, so that it can travel as UTF-8', () => {
    fc.assert(fc.property(texts, (prefix) => keyPrefixEnd(prefix)?.isWellFormed() ?? true))
  })

  test.each([
    ['a', 'b'],
    ['ab\u{10ffff}', 'ac'],
    ['a\ud7ff', 'a\ue000'],
    ['\uffff', '\u{10000}'],
  ])('of %j is %j', (prefix, end) => {
    expect(keyPrefixEnd(prefix)).toBe(end)
  })

  test.each(['', '\u{10ffff}', '\u{10ffff}\u{10ffff}'])('of %j does not exist', (prefix) => {
    expect(keyPrefixEnd(prefix)).toBeNull()
  })
})
