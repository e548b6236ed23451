import { describeValue, HoldfastError, MisuseError } from '@holdfast/core'

/**
 * Takes what an increment adds.
 *
 * @throws {@link MisuseError} `WRONG_TYPE`
 * @throws {@link HoldfastError} `INVALID_ARGUMENT`
 */
export function parseStep(by: unknown): number {
  if (typeof by !== 'number') {
    throw new MisuseError(
      'WRONG_TYPE',
      `The step of increment is a number; got ${describeValue(by)}.`,
    )
  }
  if (Number.isFinite(by)) return by
  throw invalidStep(by, 'a step that is finite')
}

/**
 * What a key holds after an increment.
 *
 * @param current `undefined` for a missing key, which counts as 0
 * @throws {@link HoldfastError} `NOT_A_NUMBER`; `INVALID_ARGUMENT` for a sum that is not exact
 */
export function addStep(key: string, current: unknown, by: number): number {
  const number = current === undefined ? 0 : current
  if (typeof number !== 'number') throw notANumber(key, current)
  const sum = number + by
  if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) return sum
  throw invalidStep(by, 'a sum within ±(2^53 - 1), beyond which numbers lose exactness')
}

function notANumber(key: string, current: unknown): HoldfastError {
  return new HoldfastError(
    'NOT_A_NUMBER',
    `increment adds to a number, and the key ${JSON.stringify(key)} holds ${describeValue(current)}. Nothing was written.`,
    { context: { key } },
  )
}

function invalidStep(by: number, rule: string): HoldfastError {
  return new HoldfastError(
    'INVALID_ARGUMENT',
    `increment needs ${rule}; the step is ${by}. Nothing was written.`,
  )
}
