import { type Candidate, searchOrder } from './search-order.ts'
import type { SequentialModel } from './sequential-model.ts'

/**
 * Makes a part of a history, which is not linearizable, that is not either and is small enough to
 * be read: what began after the culprit had returned is left out, and so are operations that only
 * look as long as the rest still contradicts itself. Those that write stay, since without them
 * what they wrote would come from nowhere, and the contradiction would be another.
 *
 * @param culprit the operation that a search found no order for
 * @param maxSteps bound of all the searches together; what is left then is good, though not small
 */
export function findWitness<State, Input, Output, Item extends Candidate<Input, Output>>(
  model: SequentialModel<State, Input, Output>,
  candidates: readonly Item[],
  culprit: Item,
  maxSteps: number,
): readonly Item[] {
  const { dueAt: end } = culprit
  // What had not returned then may have taken effect by then, and need not.
  let witness = candidates
    .filter(({ invokedAt }) => invokedAt <= end)
    .map((item) => (item.dueAt <= end ? item : { ...item, dueAt: Infinity }))

  let stepsLeft = maxSteps
  const contradictsItself = (part: readonly Item[]): boolean => {
    const result = searchOrder(model, part, stepsLeft)
    stepsLeft -= result.steps
    return result.kind === 'exhausted'
  }
  let looks = witness.filter(
    (item) => item !== culprit && !model.mayChange(item.input, item.output),
  )
  for (let size = looks.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < looks.length;) {
      const dropped = new Set(looks.slice(start, start + size))
      const part = witness.filter((item) => !dropped.has(item))
      if (contradictsItself(part)) {
        witness = part
        looks = looks.filter((item) => !dropped.has(item))
      } else {
        start += size
      }
    }
  }
  return witness
}
