import type { Operation } from '../../src/linearizability/operation.ts'
import type { SimulatedWorkload } from './simulated-workloads.ts'

/**
 * Whether a history certainly is not linearizable, by a proof that takes two operations: one ended
 * a state that never comes back, and the other ended it, too, or began later and found it.
 * `false` means that there is no such proof, not that there is no other.
 */
export function contradictsItself<State, Input, Output>(
  workload: SimulatedWorkload<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  const traces = history.flatMap((operation) =>
    operation.outcome === 'ok'
      ? [{ ...operation, ...workload.trace(operation.input, operation.output) }]
      : [],
  )
  return traces.some(
    (first) =>
      first.ended !== null &&
      traces.some(
        (other) =>
          other !== first &&
          (other.ended === first.ended ||
            (other.found === first.ended && other.invokedAt > first.returnedAt)),
      ),
  )
}
