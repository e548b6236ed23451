import { BitSet } from './bit-set.ts'
import { type Event, EventList, type Interval } from './event-list.ts'
import type { SequentialModel } from './sequential-model.ts'

/** An operation that is to be put in order, or, where it is never due, may be. */
export interface Candidate<Input, Output> extends Interval {
  readonly input: Input
  /** What it answered; `null` where nobody knows. */
  readonly output: Output | null
}

/** Where all the orders there are came to an end. */
export interface DeadEnd<State, Item> {
  /** The operation that was due and could not have taken effect in any order. */
  readonly item: Item
  /** The longest order that led there. */
  readonly order: readonly Item[]
  /** The states that the orders led to. */
  readonly states: readonly State[]
}

/** What a search came to. A step is one try of one operation in one state. */
export type SearchResult<State, Item> = { readonly steps: number } & (
  | { readonly kind: 'found'; readonly order: readonly Item[] }
  | { readonly kind: 'exhausted'; readonly deadEnd: DeadEnd<State, Item> }
  | { readonly kind: 'out-of-steps' }
)

/**
 * Looks for an order of operations that a sequential store could have taken them in, each at a
 * moment between its invocation and when it is due.
 *
 * This is the algorithm of Wing and Gong (Testing and verifying concurrent objects, 1993) with
 * Lowe's memoisation (Testing for linearizability, 2017): depth first, operation by operation, and
 * never twice from the same state with the same operations taken.
 */
export function searchOrder<State, Input, Output, Item extends Candidate<Input, Output>>(
  model: SequentialModel<State, Input, Output>,
  candidates: readonly Item[],
  maxSteps: number,
): SearchResult<State, Item> {
  return new OrderSearch(model, candidates).run(maxSteps)
}

class OrderSearch<State, Input, Output, Item extends Candidate<Input, Output>> {
  readonly #model: SequentialModel<State, Input, Output>
  readonly #events: EventList<Item>
  readonly #taken: Taken<State, Item>[] = []
  readonly #takenRanks: BitSet
  readonly #visited = new Set<string>()
  #state: State
  /** How many are due and not taken. */
  #due: number
  #deadEnd: FoundDeadEnd<State, Item> | null = null

  constructor(model: SequentialModel<State, Input, Output>, candidates: readonly Item[]) {
    this.#model = model
    this.#state = model.initial
    this.#events = new EventList(candidates)
    this.#takenRanks = new BitSet(candidates.length)
    this.#due = candidates.filter(isDue).length
  }

  run(maxSteps: number): SearchResult<State, Item> {
    let steps = 0
    let event = this.#events.first
    while (event !== null && this.#due > 0) {
      if (event.isReturn) {
        // Returned, and still not taken: this order leads nowhere.
        this.#noteDeadEnd(event)
        event = this.#takeBack()
      } else if (steps === maxSteps) {
        return { kind: 'out-of-steps', steps }
      } else {
        steps++
        event = this.#take(event) ? this.#events.first : event.next
      }
    }
    if (this.#due === 0 || this.#deadEnd === null) {
      return { kind: 'found', steps, order: this.#order() }
    }
    const {
      event: { item },
      order,
      states,
    } = this.#deadEnd
    return { kind: 'exhausted', steps, deadEnd: { item, order, states: [...states.values()] } }
  }

  /** Takes an operation next, if it can be and this has not been tried before. */
  #take(invocation: Event<Item>): boolean {
    const { item } = invocation
    const stateBefore = this.#state
    const state = this.#model.next(stateBefore, item.input, item.output)
    if (state === undefined) return false
    // What need not take effect and here has none is better kept for later.
    if (!isDue(item) && state === stateBefore) return false

    this.#takenRanks.toggle(invocation.rank)
    const visit = `${this.#takenRanks.key()} ${this.#model.describeState(state)}`
    if (this.#visited.has(visit)) {
      this.#takenRanks.toggle(invocation.rank)
      return false
    }
    this.#visited.add(visit)
    this.#taken.push({ invocation, stateBefore })
    this.#events.lift(invocation)
    this.#state = state
    if (isDue(item)) this.#due--
    return true
  }

  /**
   * Takes back the last operation that another could have been taken instead of.
   *
   * @returns the event to go on with; `null` when all orders have been tried
   */
  #takeBack(): Event<Item> | null {
    for (let last = this.#taken.pop(); last !== undefined; last = this.#taken.pop()) {
      const { invocation, stateBefore } = last
      const { item } = invocation
      this.#events.unlift(invocation)
      this.#takenRanks.toggle(invocation.rank)
      this.#state = stateBefore
      if (isDue(item)) this.#due++
      // One that only looks was right as soon as it could be: whatever can follow can follow it.
      if (this.#model.mayChange(item.input, item.output)) return invocation.next
    }
    return null
  }

  /** Keeps the dead end that is the latest in time, where no order got further. */
  #noteDeadEnd(event: Event<Item>): void {
    if (this.#deadEnd === null || event.position > this.#deadEnd.event.position) {
      this.#deadEnd = { event, order: this.#order(), states: new Map() }
    }
    const { event: latest, order, states } = this.#deadEnd
    if (event !== latest) return
    states.set(this.#model.describeState(this.#state), this.#state)
    if (this.#taken.length > order.length) this.#deadEnd.order = this.#order()
  }

  #order(): readonly Item[] {
    return this.#taken.map(({ invocation }) => invocation.item)
  }
}

/** An operation that was taken, and the state before it. */
interface Taken<State, Item extends Interval> {
  readonly invocation: Event<Item>
  readonly stateBefore: State
}

interface FoundDeadEnd<State, Item extends Interval> {
  readonly event: Event<Item>
  readonly states: Map<string, State>
  order: readonly Item[]
}

function isDue({ dueAt }: Interval): boolean {
  return dueAt !== Infinity
}
