import { HoldfastError } from '@holdfast/core'

/** For how long one update may keep the others of its key waiting. */
const longestTurnMs = 1_000

/**
 * Lets the updates of one key go one after the other, in the order in which they asked, which saves
 * them from failing their checks in turn. It never insists: a turn ends after a second, though its
 * update goes on, because what that update waits for may itself be waiting for the turn, in some way
 * that nobody sees from here.
 */
export class UpdateTurns {
  /** Who waits for a turn, by the id of each key whose turn is taken. */
  readonly #waiting = new Map<string, Set<() => void>>()

  /** @throws {@link HoldfastError} `ABORTED` when the signal aborts before the turn has come */
  async run<Result>(
    id: string,
    update: () => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    await this.#take(id, signal)
    let hasPassedOn = false
    const passOn = (): void => {
      if (!hasPassedOn) this.#passOn(id)
      hasPassedOn = true
    }
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
      if (signal?.aborted === true) leave()
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

function abortedWhileWaiting(cause: unknown): HoldfastError {
  return new HoldfastError(
    'ABORTED',
    'The invocation was aborted while an update waited for others of its key. Nothing was written.',
    { cause },
  )
}
