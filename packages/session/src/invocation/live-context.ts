import { HoldfastError } from '@holdfast/core'
import { asyncContext } from './async-context.ts'
import { invocationAborted, invocationClosed } from './invocation-errors.ts'
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
 * An invocation, for as long as it may be used.
 *
 * @throws {@link HoldfastError} `INVOCATION_CLOSED`
 */
export function openInvocation(invocation: Invocation, wanted: string): Invocation {
  if (!invocation.isClosed) return invocation
  throw invocationClosed(wanted, invocation.context)
}

/**
 * An invocation, for as long as somebody waits for it.
 *
 * @throws {@link HoldfastError} `INVOCATION_CLOSED`, `ABORTED`
 */
export function workingInvocation(invocation: Invocation, wanted: string): Invocation {
  openInvocation(invocation, wanted)
  refuseAborted(invocation.signal)
  return invocation
}

/** @throws {@link HoldfastError} `ABORTED` */
export function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw invocationAborted(signal.reason)
}
