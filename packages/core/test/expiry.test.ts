import { expect, test } from 'vitest'
import { checkExpiry } from '../src/check-commit.ts'
import { parseStorageKey } from '../src/storage-key.ts'

const key = parseStorageKey('k')

test.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 60])(
  'an entry cannot expire at %d',
  (expiresAt) => {
    expect(() => checkExpiry(key, expiresAt)).toThrow(
      expect.objectContaining({ name: 'MisuseError', code: 'INVALID_ARGUMENT' }),
    )
  },
)

test.each([null, 0, -1, 1_800_000_000_000])('an entry can expire at %j', (expiresAt) => {
  expect(() => checkExpiry(key, expiresAt)).not.toThrow()
})
