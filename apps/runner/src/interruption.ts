import { constants } from 'node:os'

/** Why the command was told to stop, and what its process then ends with. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

/** How this process is told to stop. */
export interface Interruption {
  /** Aborts with {@link Interrupted}. */
  readonly signal: AbortSignal
  /** Stops it from within, for a fault. */
  readonly stop: () => void
  /** Leaves signals to Node again, which ends the process at once. */
  readonly ignore: () => void
}

/** Stops on the first SIGINT or SIGTERM. A second one ends the process at once. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    const exitCode = 128 + constants.signals[signal]
    if (controller.signal.aborted) process.exit(exitCode)
    controller.abort(new Interrupted(`The process received ${signal}.`, exitCode))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    stop: () => controller.abort(new Interrupted('Something failed that nobody caught.', 1)),
    ignore: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
