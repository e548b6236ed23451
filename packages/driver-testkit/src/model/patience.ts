import { nothingCame, orNothing } from '../settlement.ts'

/** How long a driver may take for each answer, and whether it has ever taken longer. */
export class Patience {
  readonly #limitMs: number
  #isOver = false

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Whether something has been left without an answer. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Waits for an answer, which is left behind if it takes too long.
   *
   * @throws {@link Unanswered}
   */
  async wait<Answer>(answer: Promise<Answer>, call: string): Promise<Answer> {
    const outcome = await orNothing(answer, this.#limitMs)
    if (outcome !== nothingCame) return outcome
    this.#isOver = true
    throw new Unanswered(call, this.#limitMs)
  }
}

/** The error of a call that was not answered in time. */
export class Unanswered extends Error {
  readonly limitMs: number

  constructor(call: string, limitMs: number) {
    super(`${call} did not end in ${limitMs / 1_000} seconds`)
    this.limitMs = limitMs
  }
}
