/**
 * Iterates until the source ends or the signal aborts, whichever is first, even when the source
 * hangs: then it is left behind, told to return, and the signal's reason is thrown.
 */
export async function* iterateUntilAborted<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  signal.throwIfAborted()
  const iterator = source[Symbol.asyncIterator]()
  let stop: ((reason: unknown) => void) | undefined
  const onAbort = (): void => stop?.(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  let hasEnded = false
  // Not a race with one promise for the whole iteration: it would keep every item alive.
  const nextOrAbort = (): Promise<IteratorResult<Item, unknown>> => {
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Item, unknown>>()
    stop = reject
    iterator.next().then(resolve, (error: unknown) => {
      hasEnded = true
      reject(error)
    })
    return promise
  }
  try {
    for (;;) {
      const next = await nextOrAbort()
      if (next.done === true) {
        hasEnded = true
        return
      }
      yield next.value
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: a source that hangs in next() hangs in return(), too.
    if (!hasEnded) void iterator.return?.().then(undefined, () => undefined)
  }
}
