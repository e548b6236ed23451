import { HoldfastError } from './holdfast-error.ts'
import { quoteOrDescribe } from './quote-or-describe.ts'

declare const brand: unique symbol

/**
 * Names one write of one key. Opaque: only equality means something. No two writes of a key ever
 * have the same version, not even with a delete between them.
 */
export type Version = string & { readonly [brand]: 'Version' }

const pattern = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Makes a version that nobody else has made. The writer mints it before the write travels, so that
 * after a lost reply it can look whether its write arrived.
 */
export function mintVersion(): Version {
  return crypto.randomUUID() as Version
}

/**
 * Validates a version that came from outside the program: 1 to 64 of `A-Z a-z 0-9 _ -`.
 *
 * @throws {@link HoldfastError} `INVALID_ARGUMENT`
 */
export function parseVersion(value: unknown): Version {
  if (typeof value === 'string' && pattern.test(value)) return value as Version
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `A version is what getEntry or set gave; got ${quoteOrDescribe(value)}.`,
  )
}
