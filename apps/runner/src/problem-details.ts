import { type ErrorCode, type ErrorContext, HoldfastError, isHoldfastError } from '@holdfast/core'
import { errorOutcomes } from './error-outcomes.ts'

/** An error as programs outside receive it: RFC 9457, with `code`, `retryable` and `context` added. */
export interface ProblemDetails {
  readonly type: `urn:holdfast:error:${ErrorCode}`
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Names this one occurrence; the server's log has it too. */
  readonly instance?: `urn:uuid:${string}` | undefined
  readonly code: ErrorCode
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean
  /** Facts for programs: ids, keys, versions, sizes, limits. */
  readonly context: ErrorContext
}

/** Describes any error that was caught. One that is not Holdfast's shows nothing of itself. */
export function toProblem(caught: unknown, instance?: ProblemDetails['instance']): ProblemDetails {
  const error = toHoldfastError(caught)
  return {
    type: `urn:holdfast:error:${error.code}`,
    title: titleOf(error.code),
    status: errorOutcomes[error.code].status,
    detail: error.message,
    ...(instance === undefined ? {} : { instance }),
    code: error.code,
    retryable: error.retryable,
    context: error.context,
  }
}

/** The error itself, or `INTERNAL` with it as the cause: what nobody wrapped is a bug of ours. */
export function toHoldfastError(
  caught: unknown,
): Pick<HoldfastError, 'code' | 'message' | 'retryable' | 'context'> {
  if (isHoldfastError(caught)) return caught
  return new HoldfastError(
    'INTERNAL',
    'Something failed that should not have, in Holdfast itself. Please report it.',
    { cause: caught },
  )
}

function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
