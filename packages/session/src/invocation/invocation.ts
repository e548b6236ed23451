import { asyncContext } from './async-context.ts'
import type { InvocationContext } from './invocation-context.ts'

/**
 * One attempt of one invocation, from its begin to its end. Copies of this package share it through
 * {@link asyncContext}.
 */
export class Invocation {
  readonly context: InvocationContext
  /** What `attempt_store` holds. */
  readonly attemptValues: Map<string, unknown> = new Map()
  isClosed = false

  constructor(context: InvocationContext) {
    this.context = context
  }

  /** Calls a function of the plugin so that it, and all that it starts, belongs to this invocation. */
  run<Result>(call: () => Result): Result {
    return asyncContext.invocation.run(this, call)
  }

  /** Ends it: whatever still runs and belongs to it reaches no store any more. Idempotent. */
  close(): void {
    this.isClosed = true
    this.attemptValues.clear()
  }
}
