/**
 * The functions of a test runner that the kit needs. Those of vitest and jest fit as they are;
 * for `node:test`, `expect` is two lines over `node:assert`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { after, describe, test } from 'node:test'
 *
 * const expect: Expect = (actual) => ({
 *   toBe: (expected) => assert.equal(actual, expected),
 *   toEqual: (expected) => assert.deepEqual(actual, expected),
 * })
 * runConformance(myDriver, { describe, test, expect, afterAll: after })
 * ```
 */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown
  readonly test: TestFunction
  readonly expect: Expect
  /**
   * If given, checks share stores, and the kit prints in the end how many of each section passed or
   * were skipped.
   */
  readonly afterAll?: ((body: () => Promise<void>) => unknown) | undefined
}

/** Declares a test, or one that is shown as skipped. */
export interface TestFunction {
  (title: string, body: () => Promise<void>): unknown
  skip(title: string, body: () => Promise<void>): unknown
}

/** All that the kit asks of an `expect`: sameness and deep equality, which throw if they fail. */
export type Expect = (actual: unknown) => {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
}
