/**
 * The least string, in the order of UTF-8 bytes, that comes after every string with this prefix;
 * `null` if there is none. With it a driver lists a prefix as the range from `prefix` up to, not
 * including, the end, and needs no pattern matching.
 */
export function keyPrefixEnd(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last < 0x10ffff) return String.fromCodePoint(...points, next(last))
  }
  return null
}

function next(point: number): number {
  return point === 0xd7ff ? 0xe000 : point + 1
}
