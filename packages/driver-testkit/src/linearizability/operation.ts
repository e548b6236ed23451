import type { MonotonicNs } from './monotonic-now.ts'

/** What a client asked of one key, and when. */
export interface Invocation<Input> {
  readonly key: string
  /** A client has one operation in flight at a time. */
  readonly client: number
  readonly input: Input
  /** Taken before anything of the operation was done. */
  readonly invokedAt: MonotonicNs
}

/**
 * How an operation ended:
 *
 * - `ok`: it answered, and what it answered is its output;
 * - `failed`: it certainly had no effect and never will have;
 * - `unknown`: it may take effect at any time after its invocation, even after it returned, or never.
 */
export type Completion<Output> =
  | {
      readonly outcome: 'ok'
      readonly output: Output
      /** Taken once the answer was there. */
      readonly returnedAt: MonotonicNs
    }
  | {
      readonly outcome: 'failed' | 'unknown'
      /** Code of the error, or in words what happened. */
      readonly error: string
      /** `null` where the client died before it heard anything. */
      readonly returnedAt: MonotonicNs | null
    }

/** One operation of a history, which holds them in any order. */
export type Operation<Input, Output> = Invocation<Input> & Completion<Output>
