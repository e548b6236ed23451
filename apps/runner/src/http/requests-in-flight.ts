import type { ServerResponse } from 'node:http'

/**
 * Gives each request a signal of its own that aborts when its caller goes away, and when all are
 * told to end. (A signal that follows one of the whole server's by `AbortSignal.any` would be kept by
 * it for as long as a plugin leaves a listener on it, which is for ever.)
 */
export class RequestsInFlight {
  readonly #controllers = new Set<AbortController>()

  /** How many there are. */
  get size(): number {
    return this.#controllers.size
  }

  begin(outgoing: ServerResponse): AbortSignal {
    const controller = new AbortController()
    this.#controllers.add(controller)
    outgoing.on('close', () => {
      this.#controllers.delete(controller)
      if (!outgoing.writableFinished) controller.abort(new Error('The caller went away.'))
    })
    return controller.signal
  }

  abortAll(): void {
    for (const controller of this.#controllers) {
      controller.abort(new Error('The server stopped and could wait no longer.'))
    }
  }
}
