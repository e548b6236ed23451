import { HoldfastError } from '@holdfast/core'

/**
 * Settles as a promise does, unless a signal aborts first, for code in this process may heed no
 * signal and cannot be stopped.
 *
 * @throws {@link HoldfastError} `ABORTED`
 */
export function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new HoldfastError('ABORTED', 'The call was aborted.', { cause: signal.reason }))
    }
    signal.addEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
  })
}
