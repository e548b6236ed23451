import { HoldfastError } from '@holdfast/core'
import { asyncContext } from '../invocation/async-context.ts'
import type { HeldTurn } from '../invocation/held-turn.ts'

/** For how long one update may keep the others of its key waiting. */
const longestTurnMs = 1_000

/**
 * Lets the updates of one key go one after the other, in the order in which they asked. It only
 * saves them from failing their checks in turn, so it never insists:
 *
 * - an update that is called by another does not wait, or two that each hold what the other wants
 *   would wait for ever;
 * - a turn ends after a second, though its update goes on, because what the update waits for may be
 *   waiting for the turn in some way that nobody sees from here.
 */
export class UpdateTurns {
  /** Who waits for its turn, by the id of a key whose turn is taken. */
  readonly #waiting = new Map<string, Set<() => void>>()

  /**
   * @param path of the key: what tells it from all others that these turns are about
   * @throws {@link HoldfastError} `NESTED_UPDATE`, `ABORTED`
   */
  async run<Result>(
    path: readonly string[],
    update: () => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const id = JSON.stringify(path)
    const held = (asyncContext.turns.getStore() ?? []).filter((turn) => !turn.hasEnded)
    if (held.some((turn) => turn.owner === this && turn.id === id)) throw nestedUpdate(path)
    const turn: HeldTurn = { owner: this, id, hasEnded: false }
    const runUpdate = (): Promise<Result> => asyncContext.turns.run([...held, turn], update)
    try {
      return await (held.length > 0 ? runUpdate() : this.#runAlone(id, runUpdate, signal))
    } finally {
      turn.hasEnded = true
    }
  }

  async #runAlone<Result>(
    id: string,
    update: () => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    await this.#take(id, signal)
    const passOn = once(() => this.#passOn(id))
    const timer = setTimeout(passOn, longestTurnMs)
    try {
      return await update()
    } finally {
      clearTimeout(timer)
      passOn()
    }
  }

  async #take(id: string, signal: AbortSignal | undefined): Promise<void> {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) {
      this.#waiting.set(id, new Set())
      return
    }
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.delete(start)
        reject(abortedWhileWaiting(signal?.reason))
      }
      waiting.add(start)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #passOn(id: string): void {
    const waiting = this.#waiting.get(id)
    const [next] = waiting ?? []
    if (waiting === undefined || next === undefined) {
      this.#waiting.delete(id)
      return
    }
    waiting.delete(next)
    next()
  }
}

function once(call: () => void): () => void {
  let wasCalled = false
  return () => {
    if (wasCalled) return
    wasCalled = true
    call()
  }
}

function nestedUpdate(path: readonly string[]): HoldfastError {
  const key = path.at(-1) ?? ''
  return new HoldfastError(
    'NESTED_UPDATE',
    `The function of an update of ${JSON.stringify(key)} updates the same key, which could never succeed: one of the two would always lose its race. Return the new value instead.`,
    { context: { key } },
  )
}

function abortedWhileWaiting(cause: unknown): HoldfastError {
  return new HoldfastError(
    'ABORTED',
    'The invocation was aborted while an update waited for others of its key. Nothing was written.',
    { cause },
  )
}
