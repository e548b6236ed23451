import type { MonotonicNs } from './monotonic-now.ts'

/** When an operation may take effect. */
export interface Interval {
  readonly invokedAt: MonotonicNs
  /** Until when it must have; `Infinity` if it need not. */
  readonly dueAt: MonotonicNs
}

/** The invocation of an operation, or its return, by which it must have taken effect. */
export class Event<Item extends Interval> {
  readonly item: Item
  readonly isReturn: boolean
  /** Of an invocation: the return, if there is one. */
  readonly end: Event<Item> | null
  /** Rank among all events, in order of time. */
  position = 0
  /** Of an invocation: rank among the invocations. */
  rank = 0
  next: Event<Item> | null = null
  previous: { next: Event<Item> | null } | null = null

  constructor(item: Item, isReturn: boolean, end: Event<Item> | null) {
    this.item = item
    this.isReturn = isReturn
    this.end = end
  }
}

/**
 * The invocations and returns of operations in order of time, as a linked list that operations are
 * taken out of and put back into, last out, first in.
 */
export class EventList<Item extends Interval> {
  readonly #head: { next: Event<Item> | null } = { next: null }

  constructor(items: readonly Item[]) {
    let last: { next: Event<Item> | null } = this.#head
    let invocations = 0
    for (const [position, event] of items.flatMap(toEvents).toSorted(byTime).entries()) {
      event.position = position
      if (!event.isReturn) event.rank = invocations++
      event.previous = last
      last.next = event
      last = event
    }
  }

  get first(): Event<Item> | null {
    return this.#head.next
  }

  /** Takes an operation out, by its invocation. */
  lift(invocation: Event<Item>): void {
    unlink(invocation)
    if (invocation.end !== null) unlink(invocation.end)
  }

  /** Puts back the operation that was lifted last. */
  unlift(invocation: Event<Item>): void {
    if (invocation.end !== null) relink(invocation.end)
    relink(invocation)
  }
}

function toEvents<Item extends Interval>(item: Item): readonly Event<Item>[] {
  if (item.dueAt === Infinity) return [new Event<Item>(item, false, null)]
  const end = new Event<Item>(item, true, null)
  return [new Event(item, false, end), end]
}

/** At one moment invocations come first, so that operations which only touch count as concurrent. */
function byTime<Item extends Interval>(left: Event<Item>, right: Event<Item>): number {
  return timeOf(left) - timeOf(right) || Number(left.isReturn) - Number(right.isReturn)
}

function timeOf<Item extends Interval>({ isReturn, item }: Event<Item>): MonotonicNs {
  return isReturn ? item.dueAt : item.invokedAt
}

function unlink<Item extends Interval>(event: Event<Item>): void {
  if (event.previous !== null) event.previous.next = event.next
  if (event.next !== null) event.next.previous = event.previous
}

function relink<Item extends Interval>(event: Event<Item>): void {
  if (event.previous !== null) event.previous.next = event
  if (event.next !== null) event.next.previous = event
}
