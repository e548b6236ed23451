/**
 * Calls at once where there is nothing to wait for, and otherwise when that has settled.
 *
 * @param signal ends the wait, which rejects for its reason: nothing was called
 */
export function callAfter<Result>(
  before: Promise<void> | null,
  signal: AbortSignal | undefined,
  call: () => Promise<Result>,
): Promise<Result> {
  return before === null ? call() : untilAborted(before, signal).then(call)
}

async function untilAborted(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([before, aborted.promise])
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
