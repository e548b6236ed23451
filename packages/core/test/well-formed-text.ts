import * as fc from 'fast-check'

/**
 * Well-formed text, with the code points near which an order by UTF-16 units and one by UTF-8 bytes
 * part more often than chance would have them.
 */
export function wellFormedText(maxLength: number): fc.Arbitrary<string> {
  const edges = fc.constantFrom(
    0x01,
    0x7e,
    0x7f,
    0x80,
    0x7ff,
    0x800,
    0xd7ff,
    0xe000,
    0xff5e,
    0xffff,
    0x10000,
    0x1f600,
    0x10ffff,
  )
  const unit = fc.oneof(
    edges.map((point) => String.fromCodePoint(point)),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('a', 'b'),
  )
  return fc.string({ unit, maxLength })
}
