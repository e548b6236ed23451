/** How long a host waits for what, in milliseconds. */
export interface HostTimes {
  /** For an invocation that was cancelled to come to its end, before its process is killed. */
  readonly graceMs: number
  /** For a process to load its plugin. */
  readonly startMs: number
  /** Until a process without invocations is ended. */
  readonly idleMs: number
}

/** The times of a host that is told no others. */
export const defaultHostTimes: HostTimes = { graceMs: 2_000, startMs: 30_000, idleMs: 300_000 }
