import { setTimeout } from 'node:timers/promises'

/** Wakes those who wait: after a while, when this process has written, or when they are aborted. */
export class WriteSignal {
  readonly #waiting = new Set<() => void>()

  /** Wakes all who wait now. */
  notify(): void {
    for (const wake of this.#waiting) wake()
  }

  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const controller = new AbortController()
    const wake = (): void => controller.abort()
    this.#waiting.add(wake)
    signal?.addEventListener('abort', wake, { once: true })
    try {
      if (signal?.aborted !== true) await setTimeout(ms, undefined, { signal: controller.signal })
    } catch {
      // It was woken.
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#waiting.delete(wake)
    }
  }
}
