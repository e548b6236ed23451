import { fitsQuota, quotaExceeded } from './driver-errors.ts'
import { entryBytes } from './entry-bytes.ts'
import type { StreamPut } from './entry-stream.ts'

/**
 * Ends a body on its way in that can never fit the quota, before it fills the store. What does fit
 * by itself is judged by the commit in the end.
 *
 * @param bytesBefore what the plugin holds in both its stores; a body that is no larger may shrink it
 * @throws {@link HoldfastError} `QUOTA_EXCEEDED`
 */
export async function* withinQuota(
  { key, quota, body }: StreamPut,
  bytesBefore: number,
): AsyncGenerator<Uint8Array, void> {
  let size = 0
  for await (const bytes of body) {
    size += bytes.byteLength
    const needed = entryBytes(key, size)
    if (quota !== null && !fitsQuota(quota, bytesBefore, needed)) {
      throw quotaExceeded(quota, needed, 'at least')
    }
    yield bytes
  }
}
