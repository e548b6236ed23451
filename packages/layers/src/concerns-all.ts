import { type ErrorCode, isHoldfastError } from '@holdfast/core'

/** What a store says of itself and not of what it was asked. */
const ofTheStore: readonly ErrorCode[] = [
  'STORE_UNAVAILABLE',
  'STORE_BUSY',
  'DRIVER_NOT_OPEN',
  'DRIVER_CLOSED',
  'ABORTED',
  'DEADLINE_EXCEEDED',
]

/** Whether an error of a call for several is that of each, so that to ask in parts is of no use. */
export function concernsAll(error: unknown): boolean {
  return isHoldfastError(error) && ofTheStore.includes(error.code)
}

/** Whether a failed commit may have been applied: it must not be tried again, in parts either. */
export function isInDoubt(error: unknown): boolean {
  return !isHoldfastError(error) || error.code === 'OUTCOME_UNKNOWN'
}
