import { parseKeyPrefix, parseStorageKey, type StorageKey } from '@holdfast/core'
import * as fc from 'fast-check'

/**
 * Few, so that commands meet, and each of them somebody's mistake: case, normal forms, what means
 * something to a path, a pattern or a C string, what UTF-16 orders otherwise, what is cut at 511.
 */
const hostileKeys: readonly string[] = [
  'a/b',
  'a//b',
  '/a',
  'a:b',
  'ab',
  'a%',
  '%61',
  "a'",
  '"a"',
  '7',
  '007',
  '__proto__',
  'a_b',
  '..',
  ' a',
  'a ',
  '\u{e9}',
  'e\u{301}',
  '\u{ff5e}',
  '\u{1f600}',
  'a\u{1}',
  '\u{7f}',
  `${'k'.repeat(511)}a`,
  `${'k'.repeat(511)}b`,
]

/** A key that others use too, and now and then one that nobody has thought of. */
export const keyArbitrary: fc.Arbitrary<StorageKey> = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom(...['a', 'A', 'b'].map(parseStorageKey)) },
  { weight: 9, arbitrary: fc.constantFrom(...hostileKeys.map(parseStorageKey)) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 6 })
      .map((text) => text.replaceAll('\0', 'a'))
      .map(parseStorageKey),
  },
)

/** Nothing, a key, or the beginning of one. */
export const prefixArbitrary: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('a', 'A', 'a/', 'a_', '%', 'kkk', 'e', '\u{1f600}') },
  { weight: 1, arbitrary: keyArbitrary.map(parseKeyPrefix) },
)
