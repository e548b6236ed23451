import { AsyncLocalStorage } from 'node:async_hooks'
import type { Invocation } from './invocation.ts'
import type { RunningChange } from './running-change.ts'

/** What follows the asynchronous flow of a program. */
export interface AsyncContext {
  /** The invocation that the running code belongs to. */
  readonly invocation: AsyncLocalStorage<Invocation>
  /** The functions of updates that the running code was called from. */
  readonly changes: AsyncLocalStorage<readonly RunningChange[]>
  /** Whether the running code was called to prepare a write, as a schema is. */
  readonly preparing: AsyncLocalStorage<boolean>
}

/**
 * The one asynchronous context of this process.
 *
 * A plugin often brings a copy of this package of its own, beside the copy of the host that runs
 * it. Each copy would then have an AsyncLocalStorage of its own, and `persistent_store` of the one
 * would not see the invocation that the other has opened. So all copies share what the first of
 * them has put on `globalThis`. It is a contract between versions of this package, as {@link Kind}
 * is, and so is all that {@link Invocation} shows.
 */
export const asyncContext: AsyncContext = sharedAsyncContext()

function sharedAsyncContext(): AsyncContext {
  const name = Symbol.for('@holdfast/session/invocation/v1')
  const holder = globalThis as { [name]?: AsyncContext }
  const existing = holder[name]
  if (existing !== undefined) return existing
  const created: AsyncContext = Object.freeze({
    invocation: new AsyncLocalStorage<Invocation>(),
    changes: new AsyncLocalStorage<readonly RunningChange[]>(),
    preparing: new AsyncLocalStorage<boolean>(),
  })
  Object.defineProperty(globalThis, name, { value: created })
  return created
}
