import { HoldfastError, isHoldfastError } from '@holdfast/core'

/** The signal of a call: it aborts with its caller's, and when the time of the call is up. */
export class CallSignal {
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  readonly #onAbort = (): void => this.#controller.abort(aborted(this.#caller?.reason))

  /** @param timeoutMs how long the call may take, in milliseconds */
  constructor(caller: AbortSignal | undefined, plugin: string, timeoutMs: number) {
    this.#caller = caller
    this.#timer = setTimeout(
      () => this.#controller.abort(timeUp(plugin, timeoutMs)),
      Math.min(timeoutMs, longestDelayMs),
    )
    if (caller?.aborted === true) this.#onAbort()
    else caller?.addEventListener('abort', this.#onAbort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on it may take as long as it takes. */
  endTime(): void {
    clearTimeout(this.#timer)
  }

  /** The call is over: the signal does not abort any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onAbort)
  }
}

/** The longest delay that `setTimeout` knows, in milliseconds. */
const longestDelayMs = 2_147_483_647

function timeUp(plugin: string, timeoutMs: number): HoldfastError {
  return new HoldfastError(
    'DEADLINE_EXCEEDED',
    `The call took longer than the ${timeoutMs} ms that the plugin "${plugin}" is given for one, and was ended. Do less in one call, or raise limits.timeoutMs of the plugin.`,
    { context: { plugin, timeoutMs } },
  )
}

/** As the plugin sees it in every mode: what the caller aborted with may be anything. */
function aborted(reason: unknown): HoldfastError {
  if (isHoldfastError(reason, 'DEADLINE_EXCEEDED')) return reason as HoldfastError
  return new HoldfastError('ABORTED', 'The call was aborted.', { cause: reason })
}
