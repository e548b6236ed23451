/**
 * Orders two well-formed strings by their bytes in UTF-8, which is the order of their code points.
 * (`<` orders by UTF-16 units and puts U+1F600 before U+FF5E.)
 *
 * @returns less than, equal to, or more than 0
 */
export function compareKeys(left: string, right: string): number {
  const shared = Math.min(left.length, right.length)
  for (let index = 0; index < shared; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return rank(a) - rank(b)
  }
  return left.length - right.length
}

/** Where a UTF-16 unit stands in the order of code points: surrogates come after all the rest. */
function rank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff
  return isSurrogate ? unit + 0x10000 : unit
}
