import { checkLinearizability, type CheckOptions } from './check-linearizability.ts'
import { compareAndSetModel } from './compare-and-set-model.ts'
import { formatViolation } from './format-violation.ts'
import { listAppendModel } from './list-append-model.ts'
import type { Operation } from './operation.ts'
import type { RecordedOperation } from './recorded-operation.ts'
import type { SequentialModel } from './sequential-model.ts'

/** What was found about the history of one key. */
export interface KeyVerdict {
  readonly key: string
  readonly operations: number
  readonly kind: 'linearizable' | 'violation' | 'gave-up'
  readonly steps: number
  /** What is wrong, for people; empty where nothing is. */
  readonly report: string
}

/** Checks a history of a workload key by key, each by its model. */
export function checkHistory(
  history: readonly RecordedOperation[],
  options: CheckOptions = {},
): readonly KeyVerdict[] {
  const lists = history.filter((operation) => operation.model === 'list-append')
  const versions = history.filter((operation) => operation.model === 'compare-and-set')
  return [
    ...checkKeys(listAppendModel, lists, options),
    ...checkKeys(compareAndSetModel, versions, options),
  ]
}

function checkKeys<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  options: CheckOptions,
): readonly KeyVerdict[] {
  const byKey = Map.groupBy(operations, ({ key }) => key)
  return [...byKey].map(([key, ofKey]) => {
    const verdict = checkLinearizability(model, ofKey, options)
    const { kind, steps } = verdict
    const found = { key, operations: ofKey.length, kind, steps }
    switch (verdict.kind) {
      case 'linearizable':
        return { ...found, report: '' }
      case 'violation':
        return { ...found, report: formatViolation(model, verdict.violation, ofKey) }
      case 'gave-up':
        return {
          ...found,
          report: `${key}: gave up after ${steps} steps, so nobody knows whether it is linearizable.\n`,
        }
    }
  })
}
