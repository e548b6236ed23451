import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'
import { abortedError } from './settle-call.ts'

const dropped = new FinalizationRegistry<Lifetime>((lifetime) => lifetime.end())

/** What outlives its call, such as the body of a stream: how long, and what ends it. */
export class Lifetime {
  readonly operation: string
  readonly #controller = new AbortController()
  #unfollow: readonly (() => void)[] = []

  constructor(operation: string) {
    this.operation = operation
  }

  /** Aborts when the lifetime is over; its reason is an error of Holdfast. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * Ends the lifetime with a signal. It listens until its own end and no longer, since the signal may
   * live as long as the process.
   *
   * @param toReason makes the reason of the end; by default `ABORTED`, or the reason of the signal
   * where that is an error of Holdfast's
   */
  follow(signal: AbortSignal | undefined, toReason?: () => Error): void {
    if (signal === undefined || this.signal.aborted) return
    const onAbort = (): void => this.end(toReason?.() ?? this.#reasonOf(signal))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#unfollow = [...this.#unfollow, () => signal.removeEventListener('abort', onAbort)]
  }

  #reasonOf(signal: AbortSignal): Error {
    const reason: unknown = signal.reason
    return isHoldfastError(reason) ? reason : abortedError(this.operation, signal)
  }

  /**
   * Ends the lifetime when an object is collected as garbage: a last resort, for a body whose reader
   * has neither read nor ended it.
   */
  endWith(owner: object): void {
    if (!this.signal.aborted) dropped.register(owner, this, this)
  }

  /** Ends the lifetime, once: whoever still listens to its signal is told. */
  end(reason?: Error): void {
    for (const unfollow of this.#unfollow) unfollow()
    this.#unfollow = []
    // The reason knows, by its stack, who was reading. So what has been read would never be garbage.
    dropped.unregister(this)
    if (this.signal.aborted) return
    this.#controller.abort(
      reason ??
        new HoldfastError('ABORTED', 'Its reader has ended it.', { operation: this.operation }),
    )
  }
}
