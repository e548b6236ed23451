import { type ErrorCode, errorCodes } from './error-codes.ts'
import type { HoldfastError } from './holdfast-error.ts'
import type { MisuseError } from './misuse-error.ts'

/**
 * Whether a caught value is an error of Holdfast, and, when a code is given, that one.
 *
 * It looks at the error's name and fields instead of its class, so that it also knows errors thrown by a
 * second copy of this package in the same program.
 */
export function isHoldfastError(
  error: unknown,
  code?: ErrorCode,
): error is HoldfastError | MisuseError {
  if (!(error instanceof Error) || !('code' in error) || !('retryable' in error)) return false
  // Other libraries, too, have errors with a code ABORTED and a retryable.
  if (error.name !== 'HoldfastError' && error.name !== 'MisuseError') return false
  if (typeof error.code !== 'string' || !Object.hasOwn(errorCodes, error.code)) return false
  return code === undefined || error.code === code
}
