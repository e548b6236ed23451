import type { ErrorCode } from './error-codes.ts'
import type { ErrorContext, HoldfastErrorOptions } from './holdfast-error.ts'

/**
 * A `TypeError` for an argument whose type is wrong whatever its value: a mistake in the program,
 * not in its data. It carries the same fields as {@link HoldfastError}, so that one piece of code
 * can show both.
 */
export class MisuseError extends TypeError {
  override readonly name = 'MisuseError'
  readonly code: ErrorCode
  readonly retryable = false
  readonly operation: string | undefined
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.operation = options.operation
    this.context = options.context ?? {}
  }
}
