import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BitSet } from '../../src/linearizability/bit-set.ts'

const size = 100
const sets = fc.oneof(
  fc.uniqueArray(fc.nat(size - 1)),
  // The searched ones: all up to somewhere, and a few more.
  fc
    .tuple(fc.nat(size), fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }))
    .map(([end, more]) => [...new Set([...Array(end).keys(), ...more])]),
)

function toBitSet(numbers: readonly number[]): BitSet {
  const set = new BitSet(size)
  for (const number of numbers) set.toggle(number)
  return set
}

test('gives equal keys to equal sets and to no others', () => {
  fc.assert(
    fc.property(sets, sets, (left, right) => {
      const isEqual = new Set(left).symmetricDifference(new Set(right)).size === 0
      expect(toBitSet(left).key() === toBitSet(right).key()).toBe(isEqual)
      expect(toBitSet(left.toReversed()).key()).toBe(toBitSet(left).key())
    }),
    { numRuns: 2_000 },
  )
})

test('forgets a number that is toggled again', () => {
  fc.assert(
    fc.property(sets, fc.nat(size - 1), (numbers, more) => {
      expect(toBitSet([...numbers, more, more]).key()).toBe(toBitSet(numbers).key())
    }),
  )
})
