import { HoldfastError, isHoldfastError } from '@holdfast/core'

/**
 * Settles as a promise does, unless a signal aborts first, for code of a plugin may heed no signal.
 *
 * @throws {@link HoldfastError} `ABORTED`, or `DEADLINE_EXCEEDED` where that is the signal's reason
 */
export function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
  })
}

/** The error of a call that its signal has ended. */
export function abortError({ reason }: AbortSignal): HoldfastError {
  if (isHoldfastError(reason, 'DEADLINE_EXCEEDED') || isHoldfastError(reason, 'ABORTED')) {
    return reason as HoldfastError
  }
  return new HoldfastError('ABORTED', 'The call was aborted.', { cause: reason as unknown })
}
