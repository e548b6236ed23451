import { type Clock, PendingWrites } from '@holdfast/core'
import type { StoreAccess } from '../stores/store-access.ts'
import { asyncContext } from './async-context.ts'
import type { InvocationContext } from './invocation-context.ts'
import { invocationAborted, invocationClosed } from './invocation-errors.ts'
import type { PluginStorage } from './plugin-storage.ts'

/**
 * One attempt of one invocation, from its begin to its end. Copies of this package share it through
 * {@link asyncContext}.
 */
export class Invocation implements StoreAccess {
  readonly context: InvocationContext
  /** What `attempt_store` holds. */
  readonly attemptValues: Map<string, unknown> = new Map()
  readonly pending: PendingWrites = new PendingWrites()
  isClosed = false
  #life: { readonly signal: AbortSignal; readonly end: AbortController } | undefined

  constructor(context: InvocationContext) {
    this.context = context
  }

  get storage(): PluginStorage {
    return this.context.storage
  }

  get signal(): AbortSignal {
    return this.context.signal
  }

  get clock(): Clock {
    return this.context.clock
  }

  get lifetime(): AbortSignal {
    if (this.#life === undefined) {
      const end = new AbortController()
      this.#life = { signal: AbortSignal.any([this.signal, end.signal]), end }
    }
    return this.#life.signal
  }

  /** Calls a function of the plugin so that it, and all that it starts, belongs to this invocation. */
  run<Result>(call: () => Result): Result {
    return asyncContext.invocation.run(this, call)
  }

  /**
   * Ends the streams and watches that are open, because nobody waits for what comes of them. The
   * stores stay open for what the plugin does at its end.
   */
  interrupt(reason: unknown): void {
    this.#life?.end.abort(invocationAborted(reason))
    this.#life = undefined
  }

  /** Ends it: whatever still runs and belongs to it reaches no store any more. Idempotent. */
  close(): void {
    this.isClosed = true
    this.attemptValues.clear()
    this.#life?.end.abort(invocationClosed('A stream of a store', this.context))
  }
}
