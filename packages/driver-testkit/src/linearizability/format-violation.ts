import type { Violation } from './check-linearizability.ts'
import type { MonotonicNs } from './monotonic-now.ts'
import type { Operation } from './operation.ts'
import type { SequentialModel } from './sequential-model.ts'

/** How many operations are shown of a list: the last ones, which matter most. */
const maxShown = 24
const barWidth = 32

/**
 * Shows people why the history of a key is not linearizable, with its operations on a line of time.
 *
 * @param operations the whole history of the key
 */
export function formatViolation<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  { operation, order, states, witness }: Violation<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): string {
  const failed = operations.filter(
    ({ outcome, invokedAt }) =>
      outcome === 'failed' && invokedAt <= (operation.returnedAt ?? Infinity),
  )
  const describeLast = (list: readonly Operation<Input, Output>[]): readonly string[] =>
    list.slice(-maxShown).map((shown) => `  ${describe(model, shown)}`)
  return [
    `${operation.key} is not linearizable.`,
    '',
    'No order of the operations explains this answer together with those before it:',
    `  ${describe(model, operation)}`,
    '',
    'When it came, the key can have been in these states alone, each of which contradicts it:',
    ...states.slice(0, maxShown).map((state) => `  ${model.describeState(state)}`),
    '',
    `They are what follows from the operations before, for instance in this order${leftOut(order)}:`,
    ...describeLast(order),
    '',
    `These operations contradict each other${leftOut(witness)}; milliseconds from the first:`,
    ...formatTimeline(model, witness.slice(-maxShown), operation),
    ...(failed.length === 0
      ? []
      : ['', `These failed and so count for nothing${leftOut(failed)}:`, ...describeLast(failed)]),
    '',
  ].join('\n')
}

function describe<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  operation: Operation<Input, Output>,
): string {
  const { client, input } = operation
  if (operation.outcome === 'ok')
    return `client ${client}: ${model.describe(input, operation.output)}`
  return `client ${client}: ${model.describe(input, null)}: ${operation.outcome}, ${operation.error}`
}

function leftOut(list: readonly unknown[]): string {
  return list.length > maxShown ? `, the first ${list.length - maxShown} left out` : ''
}

function formatTimeline<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  shown: readonly Operation<Input, Output>[],
  culprit: Operation<Input, Output>,
): readonly string[] {
  const first = Math.min(...shown.map(({ invokedAt }) => invokedAt))
  const last = Math.max(...shown.map(({ invokedAt }) => invokedAt), culprit.returnedAt ?? first)
  return shown.map((operation) => {
    const { invokedAt, returnedAt } = operation
    // One of unknown outcome may take effect long after its return.
    const end = operation.outcome === 'ok' ? Math.min(operation.returnedAt, last) : last
    const bar = formatBar(scale(invokedAt, first, last), scale(end, first, last))
    const times = [invokedAt, returnedAt].map((at) => formatMs(at, first)).join(' to ')
    return `${operation === culprit ? '>' : ' '} |${bar}| ${times}  ${describe(model, operation)}`
  })
}

function formatBar(start: number, end: number): string {
  return `${' '.repeat(start)}${'='.repeat(end - start + 1)}`.padEnd(barWidth)
}

function scale(at: MonotonicNs, first: MonotonicNs, last: MonotonicNs): number {
  return last === first ? 0 : Math.round(((at - first) / (last - first)) * (barWidth - 1))
}

function formatMs(at: MonotonicNs | null, first: MonotonicNs): string {
  return (at === null ? '?' : ((at - first) / 1e6).toFixed(3)).padStart(9)
}
