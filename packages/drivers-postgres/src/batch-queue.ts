/** How the items of a {@link BatchQueue} become batches. */
export interface BatchQueueOptions<Item, Result> {
  /** How many of the first items make the next batch, at least one. */
  readonly take: (items: readonly Item[]) => number
  /**
   * Does what a batch asks for; a result or an error for each item. The signal says that nobody waits
   * for any of them any more.
   */
  readonly run: (
    items: readonly Item[],
    signal: AbortSignal,
  ) => Promise<readonly PromiseSettledResult<Result>[]>
  /** Most batches at once. */
  readonly maxInFlight: number
  /** Called whenever nothing is left to do. */
  readonly onEmpty: () => void
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly signal: AbortSignal | undefined
  readonly settle: PromiseWithResolvers<Result>
  /** Takes it out of the queue. */
  readonly onAbort: () => void
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
    const waiting: Waiting<Item, Result> = {
      item,
      signal,
      settle,
      // Nothing was done of what has not left yet, and its caller wants to hear that at once.
      onAbort: () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        settle.reject(signal?.reason)
      },
    }
    if (signal?.aborted === true) waiting.onAbort()
    else this.#waiting.push(waiting)
    signal?.addEventListener('abort', waiting.onAbort, { once: true })
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
    const batch = this.#waiting.splice(0, this.#options.take(this.#waiting.map(({ item }) => item)))
    for (const { signal, onAbort } of batch) signal?.removeEventListener('abort', onAbort)
    return batch
  }

  async #run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#inFlight++
    const given = new AbortController()
    const stopWatching = onceAllAborted(batch, (reason) => {
      given.abort(reason)
      // Its connection may hang for long, and those who come next take another. Not before all have
      // been told whose time is up at the same moment.
      setImmediate(() => this.#leave())
    })
    try {
      const items = batch.map(({ item }) => item)
      const results = await this.#options.run(items, given.signal)
      for (const [index, { settle }] of batch.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') settle.resolve(result.value)
        else settle.reject(result?.reason)
      }
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    } finally {
      stopWatching()
      if (!given.signal.aborted) this.#leave()
    }
  }

  #leave(): void {
    this.#inFlight--
    this.#schedule()
  }
}

/** Calls back when every call of a batch has been aborted. Returns what gives that up. */
function onceAllAborted(
  batch: readonly { readonly signal: AbortSignal | undefined }[],
  callback: (reason: unknown) => void,
): () => void {
  const signals = new Set(batch.map(({ signal }) => signal))
  // Whoever gave none waits for ever.
  if (signals.has(undefined)) return () => undefined
  let left = signals.size
  const onAbort = (event: Event): void => {
    left--
    if (left === 0) callback((event.target as AbortSignal).reason)
  }
  for (const signal of signals) signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', onAbort)
  }
}
