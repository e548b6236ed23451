import { isHoldfastError } from '@holdfast/core'

/**
 * The error of a call that the host has ended because it was cancelled here: what it was cancelled for,
 * which may be a deadline, is known here alone.
 */
export function endedBy(error: Error, signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.aborted === true ? signal.reason : undefined
  return isHoldfastError(error, 'ABORTED') && isHoldfastError(reason) ? reason : error
}
