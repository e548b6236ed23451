import { isHoldfastError, persistent_store } from '@holdfast/session'
import type { PageRecord } from './page-record.ts'

/**
 * Creates a key in one step: of all who try, in whatever process, one succeeds.
 *
 * @param expiresInMs after which time the key is free again; never if not given
 * @returns whether this call created it; if not, it was there
 */
export async function createKey(
  key: string,
  value: string | PageRecord,
  expiresInMs?: number,
): Promise<boolean> {
  try {
    await persistent_store.set<string | PageRecord>(key, value, { ifVersion: null, expiresInMs })
    return true
  } catch (error) {
    if (isHoldfastError(error, 'VERSION_MISMATCH')) return false
    throw error
  }
}
