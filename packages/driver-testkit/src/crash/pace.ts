import type { StorageKey } from '@holdfast/core'
import type { CrashMessage } from './crash-message.ts'
import type { KillPoint } from './kill-point.ts'

/** How long opening and writing are taken to last before they were seen, in milliseconds. */
const firstGuess = { opening: 20, writing: 2 }

/** How much the last one counts against those before. */
const weight = 0.2

/** Learns how long it takes a process to open the store and to write, to be killed in the midst. */
export class Pace {
  readonly #startedAt = new Map<StorageKey | 'opening', number>()
  readonly #usual = { ...firstGuess }

  note(message: CrashMessage): void {
    const { kind } = message
    if (kind === 'opening') this.#startedAt.clear()
    if (kind === 'opening' || kind === 'intended') {
      this.#startedAt.set('slot' in message ? message.slot : 'opening', performance.now())
    }
    if (kind === 'found') this.#learn('opening', 'opening')
    if (kind === 'acknowledged') this.#learn('writing', message.slot)
  }

  /** How long to wait at a point before the kill, in milliseconds. */
  delayAt({ at, part }: KillPoint): number {
    if (at === 'acknowledged') return 0
    return part * this.#usual[at === 'opening' ? 'opening' : 'writing']
  }

  #learn(what: keyof typeof firstGuess, begun: StorageKey | 'opening'): void {
    const startedAt = this.#startedAt.get(begun)
    if (startedAt === undefined) return
    const took = performance.now() - startedAt
    this.#usual[what] += weight * (took - this.#usual[what])
  }
}
