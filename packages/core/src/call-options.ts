import type { EpochMs } from './entry.ts'

/** What every call of a driver takes. */
export interface CallOptions {
  /**
   * Ends the call. A read rejects with `ABORTED`. A write rejects with `ABORTED` if it certainly
   * was not and will not be applied, else with `OUTCOME_UNKNOWN`.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * When the call settles at the latest, on the machine's own clock. A read rejects with
   * `DEADLINE_EXCEEDED`, a write like one that is aborted.
   */
  readonly deadlineAt?: EpochMs | undefined
}
