/** What a call throws. It fails the test if the call throws nothing. */
export function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('The call was to throw, but it returned.')
}

/** What a promise rejects with. It fails the test if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('The promise was to reject, but it resolved.')
    },
    (error: unknown) => error,
  )
}
