import type { InvocationContext } from '../invocation/invocation-context.ts'

/** What a store needs of whoever it is used by. */
export type StoreAccess = Pick<InvocationContext, 'storage' | 'signal' | 'clock'>

/** Gives the access of this moment, or throws if there is none: asked before each single call. */
export type OpenAccess = () => StoreAccess
