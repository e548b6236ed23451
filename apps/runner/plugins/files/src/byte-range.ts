/** A part of a content, from a first byte up to, and not including, an end. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a Range header of one range (RFC 9110, section 14).
 *
 * @returns `null` for the whole content: so is every other header answered, as one of several ranges; `unsatisfiable` where no byte is in the range
 */
export function parseRange(
  header: string | null,
  size: number,
): ByteRange | null | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return null
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  // Without a first byte, the number says how many from the end.
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
  return start < end ? { start, end } : 'unsatisfiable'
}
