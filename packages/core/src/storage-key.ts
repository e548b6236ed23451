import { describeValue } from './describe-value.ts'
import { HoldfastError } from './holdfast-error.ts'
import { limits } from './limits.ts'
import { MisuseError } from './misuse-error.ts'
import { utf8Length } from './utf8-length.ts'

declare const brand: unique symbol

/**
 * A key, validated by {@link parseStorageKey}. No character in it means anything: keys that differ
 * in case, in Unicode normal form or by a slash are different keys.
 */
export type StorageKey = string & { readonly [brand]: 'StorageKey' }

/**
 * Validates a key: well-formed Unicode of 1 to 512 bytes of UTF-8, without U+0000.
 *
 * @throws {@link MisuseError} `WRONG_TYPE` when it is no string
 * @throws {@link HoldfastError} `INVALID_KEY`
 */
export function parseStorageKey(value: unknown): StorageKey {
  const key = parseKeyText(value, 'A key')
  if (key === '') throw invalidKey('A key has at least 1 character; got an empty string.')
  return key as StorageKey
}

/**
 * Validates a prefix to list by: like a key, but it may be empty.
 *
 * @throws {@link MisuseError} `WRONG_TYPE` when it is no string
 * @throws {@link HoldfastError} `INVALID_KEY`
 */
export function parseKeyPrefix(value: unknown): string {
  return parseKeyText(value, 'A prefix of keys')
}

function parseKeyText(value: unknown, subject: string): string {
  if (typeof value !== 'string') {
    throw new MisuseError('WRONG_TYPE', `${subject} is a string; got ${describeValue(value)}.`)
  }
  if (value.includes('\0')) throw invalidKey(`${subject} has no U+0000; got one in it.`)
  if (!value.isWellFormed()) {
    throw invalidKey(`${subject} is well-formed Unicode; got half of a surrogate pair in it.`)
  }
  const bytes = utf8Length(value)
  if (bytes > limits.maxKeyBytes) {
    throw invalidKey(
      `${subject} takes at most ${limits.maxKeyBytes} bytes of UTF-8; got one of ${bytes}.`,
    )
  }
  return value
}

function invalidKey(message: string): HoldfastError {
  return new HoldfastError('INVALID_KEY', message)
}
