import { setImmediate } from 'node:timers/promises'
import type { SeededRandom } from '../seeded-random.ts'

/** How clients that work at the same time in one process get in each other's way. */
export class Pace {
  #nextTurn: Promise<void> | undefined

  /**
   * Lets none, some or many others go first. Those who wait for the next turn of the event loop
   * go on together in it, within few steps of each other, so that their calls overlap even where a
   * driver answers in the same turn.
   */
  async pause(random: SeededRandom): Promise<void> {
    for (let turns = random.below(3); turns > 0; turns--) await this.#turn()
    for (let steps = random.below(8); steps > 0; steps--) await Promise.resolve()
  }

  #turn(): Promise<void> {
    this.#nextTurn ??= setImmediate().then(() => {
      this.#nextTurn = undefined
    })
    return this.#nextTurn
  }
}
