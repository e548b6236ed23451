import type {
  HistoryRecorder,
  RecordedCompletion,
  RecordedInvocation,
  RecordedOperation,
} from './recorded-operation.ts'

/** Gathers the operations of all clients of a run. */
export class HistoryBuilder implements HistoryRecorder {
  readonly #ended: RecordedOperation[] = []
  readonly #inFlight = new Map<number, RecordedInvocation>()
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []
  #begun = 0

  begin(invocation: RecordedInvocation): number {
    const id = this.#begun++
    this.#inFlight.set(id, invocation)
    return id
  }

  end(id: number, completion: RecordedCompletion): void {
    const invocation = this.#inFlight.get(id)
    if (invocation === undefined) throw new Error(`No operation ${id} is in flight.`)
    this.#inFlight.delete(id)
    this.#ended.push(join(invocation, completion))
    for (const { count, resolve } of this.#waiting) if (count <= this.ended) resolve()
  }

  /** How many operations have ended. */
  get ended(): number {
    return this.#ended.length
  }

  /** Resolves once so many operations have ended. */
  async reached(count: number): Promise<void> {
    if (count <= this.ended) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ count, resolve })
    await promise
  }

  /** All operations so far. Those in flight are of unknown outcome, and stay so if their client died. */
  operations(): readonly RecordedOperation[] {
    const unanswered = { outcome: 'unknown', error: 'NO_ANSWER', returnedAt: null } as const
    const inFlight = [...this.#inFlight.values()]
    return [...this.#ended, ...inFlight.map((invocation) => join(invocation, unanswered))]
  }
}

function join(invocation: RecordedInvocation, completion: RecordedCompletion): RecordedOperation {
  // A client answers a request of a model by that model.
  return { ...invocation, ...completion } as RecordedOperation
}
