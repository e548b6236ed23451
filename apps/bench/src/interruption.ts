import { constants } from 'node:os'

/** The process was told to stop; it then ends with `exitCode`. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`The process received ${signal}.`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** Listens until it is disposed. */
export interface Interruption extends Disposable {
  /** Aborts with {@link Interrupted}, or with an error that nobody caught. */
  readonly signal: AbortSignal
}

/**
 * Aborts on the first SIGINT or SIGTERM and on what nobody caught, so that servers are stopped. A
 * second signal ends the process at once.
 */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    const reason = new Interrupted(name)
    if (controller.signal.aborted) process.exit(reason.exitCode)
    controller.abort(reason)
  }
  const onError = (error: unknown): void => controller.abort(error)
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  process.on('uncaughtException', onError).on('unhandledRejection', onError)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      process.off('uncaughtException', onError).off('unhandledRejection', onError)
    },
  }
}
