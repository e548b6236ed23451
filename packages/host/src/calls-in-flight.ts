import { HoldfastError } from '@holdfast/core'

/** Knows which calls have begun and not ended, and when there are none left. */
export class CallsInFlight {
  readonly #calls = new Set<object>()
  readonly #drained = Promise.withResolvers<void>()
  #isDraining = false

  /**
   * Begins a call.
   *
   * @param signal ends the call when it aborts, even if whoever began it never looks at it again
   * @returns ends the call; to end it again does nothing
   * @throws {@link HoldfastError} `DRAINING` once `drain` was called
   */
  begin(signal: AbortSignal): () => void {
    if (this.#isDraining) {
      throw new HoldfastError(
        'DRAINING',
        'The host is closing and takes no more calls. Try again, where another one serves.',
      )
    }
    const call = {}
    this.#calls.add(call)
    const end = (): void => {
      signal.removeEventListener('abort', end)
      this.#calls.delete(call)
      this.#settle()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    return end
  }

  /** Takes no more calls, and resolves when those in flight have ended. */
  drain(): Promise<void> {
    this.#isDraining = true
    this.#settle()
    return this.#drained.promise
  }

  #settle(): void {
    if (this.#isDraining && this.#calls.size === 0) this.#drained.resolve()
  }
}
