import type { CallOptions } from './call-options.ts'
import type { ErrorCode } from './error-codes.ts'
import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'

/** What a call does to the store: it decides what an abort in the middle of it means. */
export type CallEffect = 'read' | 'write'

/** What the signal that a driver is given aborts for. */
const endings: readonly ErrorCode[] = ['ABORTED', 'DEADLINE_EXCEEDED', 'DRIVER_CLOSED']

/** The longest delay that `setTimeout` knows, in milliseconds; a deadline after it is none. */
const longestDelayMs = 2 ** 31 - 1

/**
 * Runs a call so that it settles by its deadline and by its signal, whatever the driver does. The
 * driver receives one signal for both and may end the call earlier and with better knowledge.
 */
export async function settleCall<Result>(
  operation: string,
  effect: CallEffect,
  options: CallOptions | undefined,
  run: (options: CallOptions | undefined) => Promise<Result>,
): Promise<Result> {
  if (options?.signal === undefined && options?.deadlineAt === undefined) return await run(options)

  const { signal, deadlineAt } = options
  if (signal?.aborted === true) throw abortedError(operation, signal.reason)
  const remainingMs = deadlineAt === undefined ? undefined : deadlineAt - Date.now()
  if (remainingMs !== undefined && remainingMs <= 0) throw deadlineError(operation)

  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal && abortedError(operation, signal.reason))
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer =
    remainingMs === undefined || remainingMs > longestDelayMs
      ? undefined
      : setTimeout(() => controller.abort(deadlineError(operation)), remainingMs)
  try {
    const stopped = rejectAfterAbort(operation, effect, controller.signal)
    return await Promise.race([run({ signal: controller.signal, deadlineAt }), stopped])
  } catch (error) {
    // Much that takes a signal rejects with an AbortError of its own: no failure, but our abort.
    const isEcho = controller.signal.aborted && !isHoldfastError(error)
    throw isEcho ? stoppedError(operation, effect, controller.signal) : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function rejectAfterAbort(
  operation: string,
  effect: CallEffect,
  signal: AbortSignal,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      // A driver that heard the same signal and knows more gets to say so first.
      setTimeout(reject, 0, stoppedError(operation, effect, signal))
    })
  })
}

function stoppedError(operation: string, effect: CallEffect, signal: AbortSignal): HoldfastError {
  const reason = signal.reason as HoldfastError
  return effect === 'read' ? reason : outcomeUnknown(operation, reason)
}

/** The error of a write that may or may not have been applied. */
export function outcomeUnknown(operation: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'OUTCOME_UNKNOWN',
    'The write may or may not have been applied: the call ended before the store had answered. Read the key, then decide whether to write again.',
    { operation, cause },
  )
}

/**
 * The error of a call that its own signal ended. Where a layer calls the driver below it, the reason
 * of the signal is that error already.
 *
 * @param reason of the signal
 */
export function abortedError(operation: string, reason: unknown): HoldfastError {
  if (reason instanceof HoldfastError && endings.includes(reason.code)) return reason
  return new HoldfastError('ABORTED', 'The call was aborted by its signal.', {
    operation,
    cause: reason,
  })
}

function deadlineError(operation: string): HoldfastError {
  return new HoldfastError(
    'DEADLINE_EXCEEDED',
    'The call did not finish by its deadline. The store may be busy or out of reach; try again.',
    { operation },
  )
}
