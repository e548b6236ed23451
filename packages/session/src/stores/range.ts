import type { ByteRange } from '@holdfast/core'
import type { StorageStream } from '../session-storage.ts'
import type { StreamOptions } from '../store-options.ts'
import { checkOptions } from './parse-options.ts'

/**
 * The range that an author asks for; `null` for the whole value. What its numbers may be, the store
 * says.
 *
 * @throws {@link MisuseError} `WRONG_TYPE`, `INVALID_ARGUMENT`
 */
export function parseRange(range: StreamOptions['range']): ByteRange | null {
  if (range === undefined) return null
  checkOptions(range, 'a range', ['start', 'end'])
  const { start = 0, end = null } = range
  return { start, end }
}

/** The part of a range that a value has. */
export function clampRange(range: ByteRange | null, size: number): StorageStream['range'] {
  const start = Math.min(range?.start ?? 0, size)
  return { start, end: Math.min(range?.end ?? size, size) }
}
