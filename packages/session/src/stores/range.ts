import type { ByteRange } from '@holdfast/core'
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
