import { describeValue, type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/core'
import { explainDenial } from '../explain-denial.ts'

/**
 * An error of Holdfast as it is; any other that a plugin's code threw, wrapped with its message, or
 * with what it was refused.
 */
export function pluginFailure(
  code: Extract<ErrorCode, 'TOOL_FAILED' | 'ENDPOINT_FAILED'>,
  subject: string,
  thrown: unknown,
): Error {
  if (isHoldfastError(thrown)) return thrown
  const message =
    thrown instanceof Error
      ? (explainDenial(thrown) ?? thrown.message)
      : `threw ${describeValue(thrown)}`
  return new HoldfastError(code, `${subject} failed: ${message}`, { cause: thrown })
}
