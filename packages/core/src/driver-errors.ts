import type { Check, Quota } from './commit.ts'
import { describeValue } from './describe-value.ts'
import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'
import { limits } from './limits.ts'
import type { StorageKey } from './storage-key.ts'
import type { Version } from './version.ts'

/**
 * The error of a failed check.
 *
 * @param check which of the commit's checks
 * @param current the version that the key has; `null` where it is absent
 */
export function versionMismatch(check: Check, current: Version | null): HoldfastError {
  const wanted = check.version === null ? 'be absent' : `have version ${check.version}`
  const found = current === null ? 'it is absent' : `it has version ${current}`
  return new HoldfastError(
    'VERSION_MISMATCH',
    `The key ${JSON.stringify(check.key)} of ${check.store} was to ${wanted}, but ${found}. Nothing was written. Read the key again, and decide by what it is now.`,
    { context: { store: check.store, key: check.key, expected: check.version, current } },
  )
}

/**
 * The error of a commit that would leave a plugin with more than its quota.
 *
 * @param neededBytes usage as it would have been after the commit
 * @param extent `at least` for a stream that was not read to its end, so that it may be more
 */
export function quotaExceeded(
  quota: Quota,
  neededBytes: number,
  extent: 'exactly' | 'at least' = 'exactly',
): HoldfastError {
  const needed = extent === 'exactly' ? neededBytes : `at least ${neededBytes}`
  return new HoldfastError(
    'QUOTA_EXCEEDED',
    `The plugin may hold ${quota.maxBytes} bytes in this workspace, keys and values of both its stores together; this write would make it ${needed}. Nothing was written. Delete something, or have the operator raise the quota.`,
    { context: { maxBytes: quota.maxBytes, neededBytes } },
  )
}

/**
 * The error of a stream that failed on its way in.
 *
 * @param cause what its source threw, whose message is told: it is the source's own, and says what no
 * one else knows, such as which file is missing
 */
export function bodyFailed(key: string, cause: unknown, operation?: string): HoldfastError {
  const reason = reasonOf(cause)
  return new HoldfastError(
    'BODY_FAILED',
    `The stream to be stored as ${JSON.stringify(key)} failed before its end: ${reason}. The old value is as it was, and of the new one nothing is kept.`,
    { ...(operation === undefined ? {} : { operation }), context: { key }, cause },
  )
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return `its source threw ${describeValue(cause)}`
  // Some of Node's, as of a connection that no address accepts, have a code alone.
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return cause.message === '' ? code : cause.message.replace(/\.$/, '')
}

/** The error of a call that a driver does not support, as its capabilities say. */
export function unsupported(driver: string, operation: string, capability: string): HoldfastError {
  return new HoldfastError(
    'UNSUPPORTED',
    `The ${driver} driver does not support ${operation}: its capability ${capability} is 0.`,
    { operation: `driver.${operation}`, context: { driver, capability } },
  )
}

/** Whether a commit that changes a plugin's usage so is within its quota. */
export function fitsQuota(quota: Quota | null, bytesBefore: number, bytesAfter: number): boolean {
  return quota === null || bytesAfter <= quota.maxBytes || bytesAfter <= bytesBefore
}

/**
 * The error of a `get` whose answer is too large to be given whole.
 *
 * @param key where only one was asked for
 */
export function getTooLarge(size: number, key?: StorageKey): HoldfastError {
  const { maxGetBytes } = limits
  if (key === undefined) {
    return new HoldfastError(
      'VALUE_TOO_LARGE',
      `Values taken whole have at most ${maxGetBytes} bytes, each and together; these have ${size} or more. Ask for fewer keys at a time, or read the value as a stream.`,
      { context: { size, maxGetBytes } },
    )
  }
  return new HoldfastError(
    'VALUE_TOO_LARGE',
    `The value of ${JSON.stringify(key)} has ${size} bytes, and one that is taken whole at most ${maxGetBytes}. Read it as a stream.`,
    { context: { key, size, maxGetBytes } },
  )
}

/** Has a `get` of a single key name it, where its value is too large to be given whole. */
export async function namingSingleKey<Result>(
  keys: readonly StorageKey[],
  getting: Promise<Result>,
): Promise<Result> {
  try {
    return await getting
  } catch (error) {
    const [key] = keys
    if (keys.length > 1 || !isHoldfastError(error, 'VALUE_TOO_LARGE')) throw error
    const { size } = error.context
    throw typeof size === 'number' ? getTooLarge(size, key) : error
  }
}
