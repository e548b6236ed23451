import { endableGenerator } from './endable-generator.ts'

/**
 * Iterates until the source ends or the signal aborts, whichever is first, even when the source
 * hangs: then it is left behind and the signal's reason is thrown. The source is told to end as soon
 * as the signal aborts or the reader returns, whether it was being read, between two items, or not
 * begun at all.
 */
export function iterateUntilAborted<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  const onUnreadAbort = (): void => void endUnread(source).catch(() => undefined)
  const endUnbegun = (): void => {
    signal.removeEventListener('abort', onUnreadAbort)
    if (!signal.aborted) onUnreadAbort()
  }
  if (signal.aborted) onUnreadAbort()
  else signal.addEventListener('abort', onUnreadAbort, { once: true })
  return endableGenerator(iterate(source, signal, onUnreadAbort), endUnbegun)
}

async function* iterate<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal,
  onUnreadAbort: () => void,
): AsyncGenerator<Item, void> {
  signal.throwIfAborted()
  signal.removeEventListener('abort', onUnreadAbort)
  const iterator = source[Symbol.asyncIterator]()
  let hasEnded = false
  let stop: ((reason: unknown) => void) | undefined
  const end = (): void => {
    // Not awaited: a source that hangs in next() hangs in return(), too.
    if (!hasEnded) void iterator.return?.().then(undefined, () => undefined)
    hasEnded = true
  }
  const onAbort = (): void => {
    stop?.(signal.reason)
    end()
  }
  signal.addEventListener('abort', onAbort, { once: true })
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
    end()
  }
}

/** Tells a source to end of which nothing was read. */
async function endUnread(source: AsyncIterable<unknown> & Partial<AsyncDisposable>): Promise<void> {
  await source[Symbol.asyncIterator]().return?.()
  // A stream of Node's iterates by a generator, which does not hear that before it has begun.
  await source[Symbol.asyncDispose]?.()
}
