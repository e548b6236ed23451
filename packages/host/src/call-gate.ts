import { HoldfastError } from '@holdfast/core'
import { orAborted } from './or-aborted.ts'

/** Bounds of a {@link CallGate}. */
export interface GateLimits {
  readonly concurrency: number
  readonly queue: number
}

/** Lets a bounded number of calls of a plugin in at once, and a bounded number wait for it. */
export class CallGate {
  readonly #plugin: string
  readonly #waiting: (() => void)[] = []
  #limits: GateLimits
  #active = 0

  constructor(plugin: string, limits: GateLimits) {
    this.#plugin = plugin
    this.#limits = limits
  }

  /** Calls that are in. */
  get active(): number {
    return this.#active
  }

  /** Whether calls are in, or wait. */
  get isIdle(): boolean {
    return this.#active === 0 && this.#waiting.length === 0
  }

  setLimits(limits: GateLimits): void {
    this.#limits = limits
    this.#next()
  }

  /**
   * Lets a call in, when it is its turn.
   *
   * @returns lets it out; to do so again does nothing
   * @throws {@link HoldfastError} `BUSY` at once where too many wait; what the signal aborts for
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#active >= this.#limits.concurrency) await this.#wait(signal)
    else this.#active++
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      this.#active--
      this.#next()
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { concurrency, queue } = this.#limits
    if (this.#waiting.length >= queue) {
      throw new HoldfastError(
        'BUSY',
        `The plugin "${this.#plugin}" is busy: ${concurrency} calls are in flight and ${queue} wait, which is all that it takes. Try again shortly.`,
        { context: { plugin: this.#plugin, concurrency, queue } },
      )
    }
    const turn = Promise.withResolvers<void>()
    this.#waiting.push(turn.resolve)
    try {
      await orAborted(turn.promise, signal)
    } catch (error) {
      const at = this.#waiting.indexOf(turn.resolve)
      if (at >= 0) this.#waiting.splice(at, 1)
      else {
        // It had its turn in the same moment.
        this.#active--
        this.#next()
      }
      throw error
    }
  }

  #next(): void {
    while (this.#active < this.#limits.concurrency) {
      const enter = this.#waiting.shift()
      if (enter === undefined) return
      this.#active++
      enter()
    }
  }
}
