import type { StorageDriver } from '@holdfast/core'

/** How often to sweep, and until when. */
export interface SweepOptions {
  readonly everyMs: number
  readonly signal: AbortSignal
  /** Told of a sweep that failed; the next one is tried all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * Frees the space of expired entries, again and again until the signal aborts. Nobody waits for it
 * and nothing depends on it, so it keeps no process alive.
 */
export function sweepRegularly(driver: StorageDriver, options: SweepOptions): void {
  const { everyMs, signal, onError } = options
  let isSweeping = false
  const sweep = async (): Promise<void> => {
    if (isSweeping) return
    isSweeping = true
    try {
      await driver.sweep(Date.now(), { signal })
    } catch (error) {
      if (!signal.aborted) onError(error)
    } finally {
      isSweeping = false
    }
  }
  const timer = setInterval(() => void sweep(), everyMs).unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
