import type { ByteRange } from './entry-stream.ts'

/**
 * The part of a range that a value has: empty where the range begins at its end or beyond it.
 *
 * @param range as `manageDriver` lets it through; `null` for the whole value
 * @param size length of the value, in bytes
 * @returns from byte `start` up to, not including, byte `end`
 */
export function clampRange(
  range: ByteRange | null,
  size: number,
): { readonly start: number; readonly end: number } {
  const start = Math.min(range?.start ?? 0, size)
  return { start, end: Math.min(range?.end ?? size, size) }
}
