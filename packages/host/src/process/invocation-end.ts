/** The end of an invocation in the process of its plugin, which may come long after its caller's. */
export class InvocationEnd {
  readonly #lifetime = new AbortController()
  readonly #ended = Promise.withResolvers<void>()
  #hasEnded = false

  /** Aborts at the end. */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Resolves at the end. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#lifetime.abort()
    this.#ended.resolve()
  }
}
