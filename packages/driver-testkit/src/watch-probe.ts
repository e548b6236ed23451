import type { CallOptions, ListedEntry } from '@holdfast/core'
import { nothingCame, orNothing, outcomeOf } from './settlement.ts'

/** The state of watched keys in the shortest words: the value of each, read as UTF-8, or `null`. */
export type WatchedTexts = readonly (string | null)[]

/** More states than the changes of any check lead to. */
const mostStates = 5_000

/** Calls `watch` of a driver. */
export type StartWatch = (options: CallOptions) => AsyncIterable<WatchedState>

type WatchedState = readonly (ListedEntry | null)[]

/** Asks a watch for one state after the other, without waiting for ever. */
export class WatchProbe implements AsyncDisposable {
  /** The states that came, as they came. */
  readonly states: WatchedState[] = []
  readonly #controller = new AbortController()
  readonly #iterator: AsyncIterator<WatchedState, unknown>
  readonly #patienceMs: number
  /** What was asked for and has not come yet. */
  #asked: Promise<IteratorResult<WatchedState, unknown>> | undefined

  constructor(watch: StartWatch, patienceMs: number) {
    this.#iterator = watch({ signal: this.#controller.signal })[Symbol.asyncIterator]()
    this.#patienceMs = patienceMs
  }

  /** Asks for the next state without waiting for it; the next `next` gives what comes. */
  ask(): void {
    this.#asked ??= this.#iterator.next()
    // Whoever asks looks later.
    this.#asked.catch(() => undefined)
  }

  /**
   * The next state in words, or what comes instead: `ended` after the last, the code of the error
   * that the watch throws, or {@link nothingCame}.
   */
  async next(): Promise<WatchedTexts | string> {
    this.ask()
    const asked = this.#asked ?? Promise.reject(new Error('Nothing was asked for.'))
    const outcome = await orNothing(outcomeOf(asked), this.#patienceMs)
    if (outcome === nothingCame) return nothingCame
    this.#asked = undefined
    if (outcome !== 'resolved') return outcome
    const result = await asked
    if (result.done === true) return 'ended'
    this.states.push(result.value)
    return toTexts(result.value)
  }

  /** All states up to the one that is awaited, in words; what comes instead is the last of them. */
  async until(last: WatchedTexts): Promise<readonly unknown[]> {
    const seen: unknown[] = []
    for (;;) {
      const state = await this.next()
      seen.push(state)
      const isLast = typeof state === 'string' || state.every((text, at) => text === last[at])
      if (isLast || seen.length === mostStates) return seen
    }
  }

  /** Aborts the signal of the watch. */
  abort(): void {
    this.#controller.abort()
  }

  /** Stops asking, as `break` in a loop does. */
  async stop(): Promise<void> {
    await this.#iterator.return?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
    await orNothing(outcomeOf(this.stop()), this.#patienceMs)
  }
}

function toTexts(state: WatchedState): WatchedTexts {
  return state.map((entry) => entry && new TextDecoder().decode(entry.value ?? new Uint8Array()))
}
