/** How the items of a {@link BatchQueue} become batches. */
export interface BatchQueueOptions<Item, Result> {
  /** How many of the first items make the next batch, at least one. */
  readonly take: (items: readonly Item[]) => number
  /**
   * Does what a batch asks for; a result or an error for each item. The signal says that nobody waits
   * for any of them any more; there is none where somebody waits however long.
   */
  readonly run: (
    items: readonly Item[],
    signal: AbortSignal | undefined,
  ) => Promise<readonly PromiseSettledResult<Result>[]>
  /** Most batches at once. */
  readonly maxInFlight: number
  /** Called whenever nothing is left to do. */
  readonly onEmpty: () => void
}

/** So few are not shared among batches. */
const fewest = 8

interface Waiting<Item, Result> {
  readonly item: Item
  readonly signal: AbortSignal | undefined
  readonly settle: PromiseWithResolvers<Result>
  /** Takes it out of the queue. */
  onAbort: (() => void) | undefined
}

/**
 * Puts what comes in a tick, and what comes while others are on their way, into batches, in the order
 * in which it came.
 */
export class BatchQueue<Item, Result> {
  readonly #options: BatchQueueOptions<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #inFlight = 0
  #isScheduled = false

  constructor(options: BatchQueueOptions<Item, Result>) {
    this.#options = options
  }

  add(item: Item, signal: AbortSignal | undefined): Promise<Result> {
    const settle = Promise.withResolvers<Result>()
    const waiting: Waiting<Item, Result> = { item, signal, settle, onAbort: undefined }
    if (signal !== undefined) {
      // Nothing was done of what has not left yet, and its caller wants to hear that at once.
      waiting.onAbort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        settle.reject(signal.reason)
      }
      if (signal.aborted) waiting.onAbort()
      else signal.addEventListener('abort', waiting.onAbort, { once: true })
    }
    if (signal?.aborted !== true) this.#waiting.push(waiting)
    this.#schedule()
    return settle.promise
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(() => {
      this.#isScheduled = false
      while (this.#inFlight < this.#options.maxInFlight && this.#waiting.length > 0) {
        void this.#run(this.#take())
      }
      if (this.#inFlight === 0) this.#options.onEmpty()
    })
  }

  #take(): readonly Waiting<Item, Result>[] {
    const free = this.#options.maxInFlight - this.#inFlight
    const { length } = this.#waiting
    // So that one batch is being made while the other is on its way.
    const share = length < fewest ? length : Math.ceil(length / free)
    const items = this.#waiting.slice(0, share).map(({ item }) => item)
    const batch = this.#waiting.splice(0, this.#options.take(items))
    for (const { signal, onAbort } of batch) {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
    }
    return batch
  }

  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#inFlight++
    const group = groupSignals(batch.map(({ signal }) => signal))
    // Its connection may hang for long, and those who come next take another. Not before all have been
    // told whose time is up at the same moment.
    const onAbort = (): void => void setImmediate(() => this.#leave())
    group?.signal.addEventListener('abort', onAbort, { once: true })
    try {
      const items = batch.map(({ item }) => item)
      const results = await this.#options.run(items, group?.signal)
      for (const [index, { settle }] of batch.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') settle.resolve(result.value)
        else settle.reject(result?.reason)
      }
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    } finally {
      group?.signal.removeEventListener('abort', onAbort)
      group?.ungroup()
      if (group?.signal.aborted !== true) this.#leave()
    }
  }

  #leave(): void {
    this.#inFlight--
    this.#schedule()
  }
}

/** One signal that aborts when the last of several does. */
interface SignalGroup {
  readonly signal: AbortSignal
  /** Has it not abort any more. */
  readonly ungroup: () => void
}

/** Makes one signal of several; none where there is one that is missing, and so never aborts. */
function groupSignals(given: readonly (AbortSignal | undefined)[]): SignalGroup | undefined {
  const signals = new Set(given.filter((signal) => signal !== undefined))
  const [first] = signals
  if (first === undefined || given.includes(undefined)) return undefined
  if (signals.size === 1) return { signal: first, ungroup: () => undefined }
  const controller = new AbortController()
  let left = signals.size
  const onAbort = (event: Event): void => {
    left--
    if (left === 0) controller.abort((event.target as AbortSignal).reason)
  }
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true })
  const ungroup = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort)
  }
  return { signal: controller.signal, ungroup }
}
