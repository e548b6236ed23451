import { asyncContext } from '../invocation/async-context.ts'

/** The invocation that the running code belongs to, if any. */
export function currentInvocationId(): string | null {
  return asyncContext.invocation.getStore()?.context.invocationId ?? null
}
