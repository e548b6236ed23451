import type { Clock, EpochMs } from './entry.ts'

/** How a {@link ChangeSignal} finds out about changes. */
export interface ChangeSignalOptions {
  /** Reads, at little cost, a number that is another whenever anybody has written. */
  readonly readState: () => number
  /** By which entries expire. */
  readonly clock: Clock
  /** How often the state is read while anyone waits, in milliseconds. Default 25. */
  readonly pollEveryMs?: number
}

const defaultPollEveryMs = 25

/**
 * Tells when somebody may have changed a store: this process, another one, or time, in which
 * entries expire. Nothing runs while nobody waits.
 */
export class ChangeSignal {
  readonly #options: ChangeSignalOptions
  readonly #waiting = new Set<() => void>()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(options: ChangeSignalOptions) {
    this.#options = options
  }

  /** Names the state of the store. Take it before reading, and wait for what comes after it. */
  current(): number {
    return this.#options.readState()
  }

  /**
   * Resolves when the store is no longer in a state, when a time has come, or when the signal aborts.
   *
   * @param state from `current`
   * @param wakeAt by the driver's clock, when the next of the watched entries expires
   */
  async after(
    state: number,
    wakeAt: EpochMs | null,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const isOver = (): boolean =>
      signal?.aborted === true || this.current() !== state || this.#isDue(wakeAt)
    while (!isOver()) {
      await this.#nextLook(signal)
    }
  }

  /** Has those who wait look at once, because this process has written. */
  check(): void {
    for (const look of this.#waiting) look()
  }

  #isDue(wakeAt: EpochMs | null): boolean {
    return wakeAt !== null && wakeAt <= this.#options.clock()
  }

  async #nextLook(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => resolve()
    this.#waiting.add(look)
    this.#timer ??= setInterval(() => this.check(), this.#options.pollEveryMs ?? defaultPollEveryMs)
    signal?.addEventListener('abort', look, { once: true })
    await promise
    signal?.removeEventListener('abort', look)
    this.#waiting.delete(look)
    if (this.#waiting.size === 0) this.#stop()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
