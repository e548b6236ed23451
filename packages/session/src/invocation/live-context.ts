import { HoldfastError } from '@holdfast/core'
import { asyncContext } from './async-context.ts'
import type { InvocationContext } from './invocation-context.ts'
import type { Invocation } from './invocation.ts'

/**
 * The invocation that the running code belongs to.
 *
 * @param wanted what the caller asked for, as the author wrote it
 * @throws {@link HoldfastError} `NO_INVOCATION`
 */
export function currentInvocation(wanted: string): Invocation {
  const invocation = asyncContext.invocation.getStore()
  if (invocation !== undefined) return invocation
  throw new HoldfastError(
    'NO_INVOCATION',
    `${wanted} belongs to an invocation of a tool or an endpoint, and no invocation is running here. Use it inside invoke(), or in a function that invoke() calls, not where a module is loaded. In a test, run the tool with testPlugin of @holdfast/session/testing, or use the stores that it gives.`,
  )
}

/**
 * The context of an invocation for as long as it may be used.
 *
 * @throws {@link HoldfastError} `INVOCATION_CLOSED`
 */
export function openContext(invocation: Invocation, wanted: string): InvocationContext {
  if (!invocation.isClosed) return invocation.context
  throw new HoldfastError(
    'INVOCATION_CLOSED',
    `${wanted} was used after the end of its invocation, by a timer, a promise or a variable that was left behind. Await all work before invoke() ends, and take the stores anew in each invocation.`,
    { context: { invocationId: invocation.context.invocationId } },
  )
}

/**
 * The context of an invocation for as long as somebody waits for it.
 *
 * @throws {@link HoldfastError} `INVOCATION_CLOSED`, `ABORTED`
 */
export function workingContext(invocation: Invocation, wanted: string): InvocationContext {
  const context = openContext(invocation, wanted)
  refuseAborted(context.signal)
  return context
}

/** @throws {@link HoldfastError} `ABORTED` */
export function refuseAborted(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new HoldfastError('ABORTED', 'The invocation was aborted.', { cause: signal.reason })
}
