import { expect, test } from 'vitest'
import { clampRange } from '../src/index.ts'

test.for([
  [null, { start: 0, end: 10 }],
  [
    { start: 2, end: 5 },
    { start: 2, end: 5 },
  ],
  [
    { start: 2, end: null },
    { start: 2, end: 10 },
  ],
  [
    { start: 8, end: 12 },
    { start: 8, end: 10 },
  ],
  [
    { start: 11, end: 12 },
    { start: 10, end: 10 },
  ],
] as const)('of 10 bytes, the range %j is %j', ([range, clamped]) => {
  expect(clampRange(range, 10)).toEqual(clamped)
})
