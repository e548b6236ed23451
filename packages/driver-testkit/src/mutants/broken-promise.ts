import { isDeepStrictEqual } from 'node:util'
import type { Expect } from '../test-runner.ts'

/**
 * What a check fails with under {@link expectPromise}. It tells a broken promise from a check that
 * fell over, and holds neither of the values, which may be large.
 */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** Compares as test runners do, and fails with {@link BrokenPromise}. */
export const expectPromise: Expect = (actual) => ({
  toBe(expected) {
    if (!Object.is(actual, expected)) throw new BrokenPromise('The two are not the same.')
  },
  toEqual(expected) {
    if (!isDeepStrictEqual(actual, expected)) throw new BrokenPromise('The two are not equal.')
  },
})
