/** A source that tells whether it was told to return. */
export interface WatchedSource extends AsyncIterable<Uint8Array> {
  readonly hasReturned: boolean
}

export function watched(source: AsyncGenerator<Uint8Array>): WatchedSource {
  let hasReturned = false
  return {
    get hasReturned() {
      return hasReturned
    },
    [Symbol.asyncIterator]: () => ({
      next: () => source.next(),
      return() {
        hasReturned = true
        return source.return(undefined)
      },
    }),
  }
}

/** A stream that gives nothing and never ends, and what becomes of it. */
export interface HangingSource {
  readonly stream: ReadableStream<Uint8Array>
  readonly pulled: Promise<void>
  readonly cancelled: Promise<void>
}

export function hanging(): HangingSource {
  const pulled = Promise.withResolvers<void>()
  const cancelled = Promise.withResolvers<void>()
  const stream = new ReadableStream<Uint8Array>(
    {
      pull() {
        pulled.resolve()
        return new Promise<never>(() => undefined)
      },
      cancel: () => cancelled.resolve(),
    },
    { highWaterMark: 0 },
  )
  return { stream, pulled: pulled.promise, cancelled: cancelled.promise }
}
