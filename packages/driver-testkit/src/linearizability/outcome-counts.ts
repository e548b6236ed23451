import { errorCodes, type ErrorCode } from '@holdfast/core'
import type { RecordedOperation } from './recorded-operation.ts'

/** How the operations of a history ended. */
export interface OutcomeCounts {
  readonly ok: number
  readonly failed: number
  readonly unknown: number
  /** The failed and the unknown ones by their codes. */
  readonly errors: ReadonlyMap<string, number>
}

/** Counts how operations ended. */
export function countOutcomes(history: readonly RecordedOperation[]): OutcomeCounts {
  const counts = { ok: 0, failed: 0, unknown: 0 }
  const errors = new Map<string, number>()
  for (const operation of history) {
    counts[operation.outcome]++
    if (operation.outcome === 'ok') continue
    errors.set(operation.error, (errors.get(operation.error) ?? 0) + 1)
  }
  return { ...counts, errors }
}

/** Why counts of a run say that the store did not work, whatever else is right; `null` if they do not. */
export function whyNotWorking({ ok, failed, unknown, errors }: OutcomeCounts): string | null {
  const unexpected = [...errors].filter(([code]) => !isExpected(code))
  if (unexpected.length > 0) return `Calls failed that had to succeed: ${formatErrors(unexpected)}.`
  if (ok < failed + unknown) {
    return `Of ${ok + failed + unknown} operations only ${ok} were answered, so the check has little to go by: ${formatErrors([...errors])}.`
  }
  return null
}

/** The run itself aborts calls and kills processes, and a busy store may ask for patience. */
function isExpected(code: string): boolean {
  if (code === 'ABORTED' || code === 'OUTCOME_UNKNOWN' || code === 'NO_ANSWER') return true
  return Object.hasOwn(errorCodes, code) && errorCodes[code as ErrorCode] === 'retry'
}

function formatErrors(errors: readonly (readonly [string, number])[]): string {
  return errors.map(([code, count]) => `${count} times ${code}`).join(', ')
}
