import { HoldfastError, isHoldfastError, type StorageKey } from '@holdfast/core'
import { delay } from './delay.ts'

/** With the pauses below, about ten seconds of losing every single race. */
const mostAttempts = 200
const longestPauseMs = 100

/**
 * Runs an attempt to change a key, again after each lost race, with random pauses that grow so that
 * many writers spread out.
 *
 * @throws {@link HoldfastError} `CONTENTION` when it gives up; what the attempt throws otherwise
 */
export async function retryLostRaces(
  key: StorageKey,
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let count = 1; count <= mostAttempts; count++) {
    try {
      await attempt()
      return
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
    }
    await delay(Math.random() * Math.min(2 ** count, longestPauseMs), signal)
  }
  throw new HoldfastError(
    'CONTENTION',
    `Others wrote the key ${JSON.stringify(key)} between the read and the write of this update ${mostAttempts} times in a row. Nothing was written. Try again, or spread the writes over several keys.`,
    { context: { key, attempts: mostAttempts } },
  )
}
