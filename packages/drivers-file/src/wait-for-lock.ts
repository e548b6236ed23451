import { sqliteCode } from './map-sqlite-error.ts'

const busy = 5
const shortestPauseMs = 0.2
const longestPauseMs = 4

/**
 * Runs what takes a lock of SQLite until it gets it, blocking this thread, for so long at most.
 *
 * SQLite's own busy handler pauses for up to 100 ms between two tries. Against writers that hold
 * the lock for a millisecond at a time, whoever pauses so long starves.
 *
 * @throws SQLite's own error: that it is still locked, or any other at once
 */
export function waitForLock<Result>(take: () => Result, timeoutMs: number): Result {
  const giveUpAt = performance.now() + timeoutMs
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    try {
      return take()
    } catch (error) {
      const isBusy = ((sqliteCode(error) ?? 0) & 0xff) === busy
      if (!isBusy || performance.now() >= giveUpAt) throw error
    }
    pause(pauseMs * (0.5 + Math.random()))
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
