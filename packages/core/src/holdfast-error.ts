import { type ErrorCode, errorCodes } from './error-codes.ts'

/**
 * Facts about an error for programs: ids, keys, versions, sizes, limits. Never a stored value, a
 * parameter or a secret, because errors travel to logs.
 */
export type ErrorContext = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

/** What an error is made of, besides its code and message. */
export interface HoldfastErrorOptions {
  /** The call that failed, as its caller knows it: `storage.set`, `driver.commit`. */
  readonly operation?: string
  readonly context?: ErrorContext
  /** The foreign error behind this one. */
  readonly cause?: unknown
}

/**
 * The error that every part of Holdfast throws. `code` is stable and listed in docs/errors.md;
 * `message` says what was wrong and what to do, in words that may change.
 *
 * @example
 * ```ts
 * try {
 *   await storage.set('avatar', bytes)
 * } catch (error) {
 *   if (isHoldfastError(error, 'QUOTA_EXCEEDED')) yield this.text('Please delete a file first.')
 *   else throw error
 * }
 * ```
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: ErrorCode
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean
  readonly operation: string | undefined
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = errorCodes[code] === 'retry'
    this.operation = options.operation
    this.context = options.context ?? {}
  }
}
