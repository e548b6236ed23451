import { type HoldfastError, isHoldfastError, type MisuseError } from '@holdfast/core'

/** The error of Holdfast that a promise rejects with; any other outcome fails the test. */
export async function caught(promise: Promise<unknown>): Promise<HoldfastError | MisuseError> {
  const outcome = await promise.then(
    () => new Error('It did not reject.'),
    (error: unknown) => error,
  )
  if (isHoldfastError(outcome)) return outcome
  throw new Error('It did not reject with an error of Holdfast.', { cause: outcome })
}

/** The error of Holdfast that a call throws; any other outcome fails the test. */
export async function thrown(call: () => unknown): Promise<HoldfastError | MisuseError> {
  return await caught((async () => call())())
}
