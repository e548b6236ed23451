import { setInterval } from 'node:timers/promises'
import { isHoldfastError, type JsonValue, persistent_store } from '@holdfast/session'

/** How long a lease outlives a holder that was killed, in milliseconds. */
export const leaseMs = 5_000

/** What stands under a key while its value is being computed, until its value stands there. */
const computing = { state: 'computing' } as const

/**
 * The right to compute the value of one key, which one caller has at a time, in whatever process.
 * It is an entry under that very key, so that to keep the value and to end the lease is one write,
 * and to delete the key takes the right away.
 */
export class Lease {
  readonly #key: string
  readonly #stop = new AbortController()
  /** The version of the entry that this lease wrote last, once it is not renewed any more. */
  readonly #lastVersion: Promise<string>

  private constructor(key: string, version: string) {
    this.#key = key
    this.#lastVersion = this.#renew(version)
  }

  /** Takes the lease of an absent key; `undefined` if another is faster. */
  static async take(key: string): Promise<Lease | undefined> {
    try {
      const options = { ifVersion: null, expiresInMs: leaseMs }
      return new Lease(key, await persistent_store.set(key, computing, options))
    } catch (error) {
      if (isHoldfastError(error, 'VERSION_MISMATCH')) return undefined
      throw error
    }
  }

  /** Ends the lease and keeps the value, unless the lease was lost: then the value may be outdated. */
  async keep(value: JsonValue, ttlMs: number): Promise<void> {
    this.#stop.abort()
    try {
      const options = { ifVersion: await this.#lastVersion, expiresInMs: ttlMs }
      await persistent_store.set(this.#key, { state: 'done', value }, options)
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
    }
  }

  /** Ends the lease without a value, so that the next caller computes. */
  async release(): Promise<void> {
    this.#stop.abort()
    try {
      await persistent_store.delete(this.#key, { ifVersion: await this.#lastVersion })
    } catch {
      // Whatever keeps us from it, aborted or lost or without a store: the lease expires by itself.
    }
  }

  /** Renews the lease for as long as it is held: it may be short, and the computation long. */
  async #renew(version: string): Promise<string> {
    let current = version
    try {
      for await (const _ of setInterval(leaseMs / 3, undefined, { signal: this.#stop.signal })) {
        const options = { ifVersion: current, expiresInMs: leaseMs }
        current = await persistent_store.set(this.#key, computing, options)
      }
    } catch {
      // It ends here when it is stopped. If it was lost instead, `keep` finds that out.
    }
    return current
  }
}
