/**
 * Iterates until the source ends or the signal aborts, whichever is first, even when the source
 * hangs: then it is left behind, told to return, and the signal's reason is thrown.
 */
export async function* iterateUntilAborted<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  // Where nothing is awaited while it aborts, the rejection is nobody's.
  aborted.promise.catch(() => undefined)
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const iterator = source[Symbol.asyncIterator]()
  let hasEnded = false
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise])
      hasEnded = next.done === true
      if (next.done === true) return
      yield next.value
      signal.throwIfAborted()
    }
  } catch (error) {
    hasEnded ||= !signal.aborted
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: a source that hangs in next() hangs in return(), too.
    if (!hasEnded) void iterator.return?.().then(undefined, () => undefined)
  }
}
