import { HoldfastError } from '@holdfast/core'

/** Crashes in a row from which on a plugin rests. */
const crashesToRest = 5
/** A process that lived as long, in milliseconds, has not crashed in a row with the one before it. */
const steadyMs = 10_000
const firstDelayMs = 100
const firstRestMs = 1_000
const longestRestMs = 30_000

/**
 * Keeps a plugin that crashes again and again from being started again and again: a little later
 * after each crash, and after some in a row not at all for a while, so that its callers are told at
 * once. After the rest one more is tried.
 */
export class CrashRecord {
  readonly #plugin: string
  readonly #now: () => number
  #inARow = 0
  #startAt = 0

  /** @param now a clock that does not jump, in milliseconds */
  constructor(plugin: string, now: () => number = () => performance.now()) {
    this.#plugin = plugin
    this.#now = now
  }

  /** @param livedMs how long the process had served */
  crashed(livedMs: number): void {
    this.#inARow = livedMs >= steadyMs ? 1 : this.#inARow + 1
    this.#startAt = this.#now() + this.#delayMs()
  }

  /** What it was blamed for is mended. */
  clear(): void {
    this.#inARow = 0
    this.#startAt = 0
  }

  /** A process has done something whole, so it can. */
  worked(): void {
    if (this.#inARow > 0 && this.#inARow < crashesToRest) this.#inARow--
  }

  /**
   * Says how long to wait before the next start, in milliseconds.
   *
   * @throws {@link HoldfastError} `PLUGIN_UNAVAILABLE` while the plugin rests
   */
  delayMs(): number {
    const waitMs = Math.max(0, Math.ceil(this.#startAt - this.#now()))
    if (this.#inARow < crashesToRest || waitMs === 0) return waitMs
    throw new HoldfastError(
      'PLUGIN_UNAVAILABLE',
      `The plugin "${this.#plugin}" has crashed ${this.#inARow} times in a row and is started again in ${waitMs} ms at the earliest. Try again then; the host's log says why it crashed.`,
      { context: { plugin: this.#plugin, retryAfterMs: waitMs } },
    )
  }

  #delayMs(): number {
    if (this.#inARow >= crashesToRest) {
      return Math.min(firstRestMs * 2 ** (this.#inARow - crashesToRest), longestRestMs)
    }
    return this.#inARow <= 1 ? 0 : firstDelayMs * 2 ** (this.#inARow - 2)
  }
}
