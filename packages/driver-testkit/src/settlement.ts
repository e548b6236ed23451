import { isHoldfastError } from '@holdfast/core'

/** How a call ended, as a word to compare: `resolved`, or the code of its error. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'resolved'
  } catch (error) {
    return isHoldfastError(error) ? error.code : `foreign error: ${String(error)}`
  }
}

/**
 * The error of a call that must fail. Where it does not, an error that is none of Holdfast's stands
 * for that, so that whoever compares it gives the verdict.
 */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call
    return noFailure('resolved', 'The call resolved where it had to reject.')
  } catch (error) {
    if (error instanceof Error) return error
    return noFailure('no error', `The call rejected with no error but ${String(error)}.`)
  }
}

function noFailure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, context: {} })
}

/** Lets all run that has only been waiting for its turn. */
export function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** What stands for the outcome of a promise that did not settle while somebody had patience. */
export const nothingCame = 'nothing came'

/** What a promise gives, or {@link nothingCame} if that takes too long. */
export async function orNothing<Result>(
  promise: Promise<Result>,
  patienceMs: number,
): Promise<Result | typeof nothingCame> {
  const { promise: end, resolve } = Promise.withResolvers<typeof nothingCame>()
  const timer = setTimeout(resolve, patienceMs, nothingCame)
  try {
    return await Promise.race([promise, end])
  } finally {
    clearTimeout(timer)
  }
}
