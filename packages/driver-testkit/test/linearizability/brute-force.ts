import type { Operation } from '../../src/linearizability/operation.ts'
import type { SequentialModel } from '../../src/linearizability/sequential-model.ts'

/**
 * Whether a history is linearizable, by its definition and nothing cleverer: one of all the orders
 * of all that took effect and of any part of what may have fits both the clock and the model.
 */
export function isLinearizable<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): boolean {
  const certain = operations.filter(({ outcome }) => outcome === 'ok')
  const possible = operations.filter(({ outcome }) => outcome === 'unknown')
  return subsetsOf(possible).some((part) =>
    someOrder([...certain, ...part], (order) => fitsClock(order) && fitsModel(model, order)),
  )
}

/** Whether an order explains a history: it has all that is certain in it, and fits clock and model. */
export function explains<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
  operations: readonly Operation<Input, Output>[],
): boolean {
  const inOrder = new Set(order)
  const isWhole = operations.every(
    (operation) => operation.outcome !== 'ok' || inOrder.has(operation),
  )
  return isWhole && inOrder.size === order.length && fitsClock(order) && fitsModel(model, order)
}

function fitsClock(order: readonly Operation<unknown, unknown>[]): boolean {
  return order.every((later, index) =>
    order
      .slice(0, index)
      .every(({ invokedAt }) => !(later.outcome === 'ok' && later.returnedAt < invokedAt)),
  )
}

function fitsModel<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
): boolean {
  let state: State = model.initial
  for (const operation of order) {
    const output = operation.outcome === 'ok' ? operation.output : null
    const next = model.next(state, operation.input, output)
    if (next === undefined) return false
    state = next
  }
  return true
}

function subsetsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const [first, ...rest] = items
  if (first === undefined) return [[]]
  return subsetsOf(rest).flatMap((subset) => [subset, [first, ...subset]])
}

function someOrder<Item>(
  items: readonly Item[],
  accepts: (order: readonly Item[]) => boolean,
  order: readonly Item[] = [],
): boolean {
  if (items.length === 0) return accepts(order)
  return items.some((item, index) =>
    someOrder(items.toSpliced(index, 1), accepts, [...order, item]),
  )
}
