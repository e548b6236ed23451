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

/**
 * A signal that aborts, with {@link Interrupted}, on the first SIGINT or SIGTERM. A second one ends
 * the process at once.
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController()
  const stop = (signal: 'SIGINT' | 'SIGTERM'): void => {
    const exitCode = 128 + constants.signals[signal]
    if (controller.signal.aborted) process.exit(exitCode)
    controller.abort(new Interrupted(`The process received ${signal}.`, exitCode))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
