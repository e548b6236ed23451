import {
  type Cursor,
  describeValue,
  type EpochMs,
  HoldfastError,
  MisuseError,
  parseVersion,
  quoteOrDescribe,
  type Version,
} from '@holdfast/core'
import type { DeleteOptions, SetOptions } from '../store-options.ts'
import { isMediaType } from './media-type.ts'

/** The last moment that a `Date` can tell. */
const lastMoment = 8_640_000_000_000_000

/**
 * Refuses what is no object of options, and names that are none of the method's: an option that is
 * silently ignored is a promise broken.
 *
 * @throws {@link MisuseError} `WRONG_TYPE`, `INVALID_ARGUMENT`
 */
export function checkOptions(options: object, method: string, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MisuseError(
      'WRONG_TYPE',
      `The options of ${method} are an object; got ${describeValue(options)}.`,
    )
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new MisuseError(
    'INVALID_ARGUMENT',
    `${method} has no option ${quoteOrDescribe(unknown)}; it has ${names.join(', ')}.`,
  )
}

/**
 * The moment when what is written now expires; `undefined` if nothing is said about it.
 *
 * @throws {@link HoldfastError} `INVALID_ARGUMENT`
 */
export function parseExpiry(
  expiresInMs: SetOptions['expiresInMs'],
  now: () => EpochMs,
): EpochMs | undefined {
  if (expiresInMs === undefined) return undefined
  if (typeof expiresInMs === 'number' && expiresInMs > 0) {
    const expiresAt = Math.ceil(now() + expiresInMs)
    if (expiresAt <= lastMoment) return expiresAt
  }
  const got = typeof expiresInMs === 'number' ? expiresInMs : describeValue(expiresInMs)
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `expiresInMs is a number of milliseconds above 0 that ends before the year 275,000; got ${got}. Leave it out for an entry that does not expire.`,
  )
}

/**
 * The version that a key must have, `null` for absence, `undefined` for no check. An `ifVersion` that
 * is there and `undefined` is mostly the version of an entry that is missing: to take it for no check
 * would write blindly where the author meant to compare.
 *
 * @throws {@link HoldfastError} `INVALID_ARGUMENT`
 */
export function parseExpected(options: DeleteOptions): Version | null | undefined {
  if (!('ifVersion' in options)) return undefined
  const { ifVersion } = options
  if (ifVersion === null) return null
  if (ifVersion !== undefined) return parseVersion(ifVersion)
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    'ifVersion is undefined. Give the version of an entry, or null for a key that must be absent, as in `entry?.version ?? null`. Leave ifVersion out to write whatever is there. Nothing was written.',
  )
}

/** @throws {@link MisuseError} `WRONG_TYPE` */
export function checkChange(change: unknown): void {
  if (typeof change === 'function') return
  throw new MisuseError(
    'WRONG_TYPE',
    `update takes a function that makes the new value of the current one; got ${describeValue(change)}.`,
  )
}

/** @throws {@link HoldfastError} `INVALID_ARGUMENT` */
export function parseContentType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || isMediaType(contentType)) return contentType
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `contentType is a media type of at most 255 characters, such as "image/png"; got ${quoteOrDescribe(contentType)}.`,
  )
}

/** @throws {@link HoldfastError} `INVALID_CURSOR` for what cannot be one; the store knows the rest */
export function parseCursor(cursor: string | null | undefined): Cursor | null {
  if (cursor === undefined || cursor === null) return null
  if (typeof cursor === 'string') return cursor as Cursor
  throw new HoldfastError(
    'INVALID_CURSOR',
    `A cursor is what the page before gave; got ${describeValue(cursor)}.`,
  )
}
