import type { MonotonicNs } from './monotonic-now.ts'
import type { RecordedCompletion, RecordedInvocation } from './recorded-operation.ts'
import type { ClientsPlan } from './run-clients.ts'

/** What a process of clients is started with, as JSON in its first argument. */
export interface ProcessPlan {
  /** URL of a `DriverModule`. */
  readonly driverModule: string
  readonly location: string
  readonly task:
    | ({ readonly kind: 'use' } & ClientsPlan)
    | { readonly kind: 'read'; readonly client: number; readonly keys: readonly string[] }
}

/**
 * What a process tells its parent. It begins its task when something comes on its standard input,
 * and ends when that ends.
 */
export type ProcessMessage =
  /** The driver is open. */
  | { readonly kind: 'ready'; readonly at: MonotonicNs }
  | { readonly kind: 'begin'; readonly id: number; readonly invocation: RecordedInvocation }
  | { readonly kind: 'end'; readonly id: number; readonly completion: RecordedCompletion }
