import type { PendingWrites } from '@holdfast/core'
import type { InvocationContext } from '../invocation/invocation-context.ts'

/** What a store needs of whoever it is used by. */
export interface StoreAccess extends Pick<InvocationContext, 'storage' | 'signal' | 'clock'> {
  /**
   * Aborts with the signal, and with the invocation, however it ends: what streams and watches live
   * by, which go on when the call that began them has returned.
   */
  readonly lifetime: AbortSignal
  /** What was called to write and has yet to settle, so that what is called after it sees it. */
  readonly pending: PendingWrites
}

/** Gives the access of this moment, or throws if there is none: asked before each single call. */
export type OpenAccess = () => StoreAccess
