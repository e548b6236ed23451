import { HoldfastError, type StorageKey } from '@holdfast/core'
import { delay } from './delay.ts'

/** With the pauses below, about ten seconds of losing every single race. */
const mostAttempts = 200
const longestPauseMs = 100

/**
 * Attempts to change keys, again after each lost race, with random pauses that grow so that many
 * writers spread out.
 *
 * @param attempt whether it has won
 * @throws {@link HoldfastError} `CONTENTION` when it gives up
 */
export async function retryLostRaces(
  keys: readonly StorageKey[],
  signal: AbortSignal,
  attempt: () => Promise<boolean>,
): Promise<void> {
  for (let count = 1; count <= mostAttempts; count++) {
    if (await attempt()) return
    await delay(Math.random() * Math.min(2 ** count, longestPauseMs), signal)
  }
  throw new HoldfastError(
    'CONTENTION',
    `Others wrote ${describeKeys(keys)} between the read and the write of this update ${mostAttempts} times in a row. Nothing was written. Try again, or spread the writes over several keys.`,
    { context: { key: keys[0] ?? null, attempts: mostAttempts } },
  )
}

function describeKeys(keys: readonly StorageKey[]): string {
  const first = JSON.stringify(keys[0])
  return keys.length === 1 ? `the key ${first}` : `one of ${keys.length} keys, ${first} among them,`
}
