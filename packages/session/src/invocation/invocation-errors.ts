import { HoldfastError } from '@holdfast/core'
import type { InvocationContext } from './invocation-context.ts'

/** @param wanted what the caller asked for, as the author wrote it */
export function invocationClosed(
  wanted: string,
  { invocationId }: Pick<InvocationContext, 'invocationId'>,
): HoldfastError {
  return new HoldfastError(
    'INVOCATION_CLOSED',
    `${wanted} was used after the end of its invocation, by a timer, a promise or a variable that was left behind. Await all work before invoke() ends, and take the stores anew in each invocation.`,
    { context: { invocationId } },
  )
}

export function invocationAborted(cause: unknown): HoldfastError {
  return new HoldfastError('ABORTED', 'The invocation was aborted.', { cause })
}
