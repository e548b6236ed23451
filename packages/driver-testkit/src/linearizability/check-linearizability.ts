import { findWitness } from './find-witness.ts'
import type { Operation } from './operation.ts'
import { type Candidate, searchOrder } from './search-order.ts'
import type { SequentialModel } from './sequential-model.ts'

/** What {@link checkLinearizability} found. `steps` says how many it took. */
export type Verdict<State, Input, Output> = { readonly steps: number } & (
  | {
      readonly kind: 'linearizable'
      /** An order that explains every answer. What is left out failed or never took effect. */
      readonly order: readonly Operation<Input, Output>[]
    }
  | { readonly kind: 'violation'; readonly violation: Violation<State, Input, Output> }
  /** The search met its bound. It says nothing about the history, least of all that it is right. */
  | { readonly kind: 'gave-up' }
)

/** Why a history is not linearizable. */
export interface Violation<State, Input, Output> {
  /** The first to return that no order can explain together with what returned before it. */
  readonly operation: Operation<Input, Output>
  /** The longest order of operations that leads up to it. */
  readonly order: readonly Operation<Input, Output>[]
  /** The states that the key may have been in when it returned; in none can it have answered so. */
  readonly states: readonly State[]
  /**
   * A part of the history that contradicts itself, in order of invocation: nothing that began
   * after `operation` had returned, and of the reads and refused writes only what it takes.
   */
  readonly witness: readonly Operation<Input, Output>[]
}

/** Settings of {@link checkLinearizability}. */
export interface CheckOptions {
  /**
   * How often the search may try an operation before it gives up. Default 2,000,000, which takes
   * some seconds and some hundreds of megabytes. Where the store is right, an operation takes a few
   * tries, and one more for each write of unknown outcome before it.
   */
  readonly maxSteps?: number
}

/** An operation of the history, as the search takes it. */
export interface CandidateOperation<Input, Output> extends Candidate<Input, Output> {
  readonly operation: Operation<Input, Output>
}

const defaultMaxSteps = 2_000_000

/**
 * Decides whether a concurrent history of one key is linearizable: whether each operation can have
 * taken effect at one moment between its invocation and its return so that all the answers are
 * those of the model. Exact: it neither misses a violation nor invents one, or it says `gave-up`.
 *
 * Keys are checked one by one, since a history is linearizable where those of its keys are.
 * Operations that failed are left out, those of unknown outcome take effect anywhere after their
 * invocation or not at all.
 *
 * @example
 * ```ts
 * const verdict = checkLinearizability(compareAndSetModel, operations)
 * if (verdict.kind === 'violation') console.log(verdict.violation.states)
 * ```
 */
export function checkLinearizability<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  { maxSteps = defaultMaxSteps }: CheckOptions = {},
): Verdict<State, Input, Output> {
  const candidates = operations
    .filter(({ outcome }) => outcome !== 'failed')
    .toSorted((left, right) => left.invokedAt - right.invokedAt)
    .map(toCandidate)
  const result = searchOrder(model, candidates, maxSteps)
  const { steps } = result
  if (result.kind === 'out-of-steps') return { kind: 'gave-up', steps }
  if (result.kind === 'found') {
    return { kind: 'linearizable', steps, order: result.order.map(toOperation) }
  }
  const { item, order, states } = result.deadEnd
  const violation = {
    operation: item.operation,
    order: order.map(toOperation),
    states,
    witness: findWitness(model, candidates, item, maxSteps).map(toOperation),
  }
  return { kind: 'violation', steps, violation }
}

function toCandidate<Input, Output>(
  operation: Operation<Input, Output>,
): CandidateOperation<Input, Output> {
  const { input, invokedAt } = operation
  const { output, dueAt } =
    operation.outcome === 'ok'
      ? { output: operation.output, dueAt: operation.returnedAt }
      : { output: null, dueAt: Infinity }
  return { input, output, invokedAt, dueAt, operation }
}

function toOperation<Input, Output>({
  operation,
}: CandidateOperation<Input, Output>): Operation<Input, Output> {
  return operation
}
