import type { EpochMs } from './entry.ts'

/** What every call of a driver takes. */
export interface CallOptions {
  /**
   * Ends the call. A read rejects with `ABORTED`. A write rejects with `ABORTED` if it certainly
   * was not and will not be applied, else with `OUTCOME_UNKNOWN`.
   *
   * A managed driver receives a signal for this and the deadline together. Its `reason` is the error
   * for a call that certainly has had no effect: a driver may reject with it while a write still
   * waits in a queue of its own, and must not once the write is on its way. So it hands the signal
   * of a write to nothing that would reject with the reason for it, as `fetch` does.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * When the call settles at the latest, on the machine's own clock. A read rejects with
   * `DEADLINE_EXCEEDED`; so does a write if it certainly was not and will not be applied, else it
   * rejects with `OUTCOME_UNKNOWN`.
   */
  readonly deadlineAt?: EpochMs | undefined
}
