import { isHoldfastError } from '@holdfast/core'
import { differenceOf } from './bytes.ts'

/** A value cut into pieces of one length, each in a buffer of its own; the last may be shorter. */
export async function* cut(value: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < value.byteLength; at += pieceBytes) yield value.slice(at, at + pieceBytes)
}

/** Where the bytes of a body differ from a value, or how it failed, in words; else `null`. */
export async function bodyDifference(
  body: AsyncIterable<Uint8Array> | undefined,
  expected: Uint8Array,
): Promise<string | null> {
  if (body === undefined) return 'no body'
  try {
    return differenceOf(await joined(body), expected)
  } catch (error) {
    return isHoldfastError(error) ? error.code : `foreign error: ${String(error)}`
  }
}

/** The pieces of a body in one. */
export async function joined(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(body)))
}

/** What an iterator has left of a body, behind the piece that was taken from it already. */
export async function* restOf(
  pieces: AsyncIterator<Uint8Array, unknown> | undefined,
  first: Uint8Array = new Uint8Array(),
): AsyncGenerator<Uint8Array> {
  yield first
  for (;;) {
    const next = await pieces?.next()
    if (next === undefined || next.done === true) return
    yield next.value
  }
}

/** A body that stops in its middle until it is told to go on, and notes whether it was told to end. */
export class HeldBody implements AsyncIterableIterator<Uint8Array> {
  /** Resolves when the pieces before the stop have been taken, and more is asked for. */
  readonly held: Promise<void>
  /** Whether it was told to end before it had. */
  wasStopped = false
  readonly #pieces: AsyncGenerator<Uint8Array>

  /** Resolves nothing and holds nothing by itself: `goOn` lets the second part follow the first. */
  readonly goOn: () => void

  constructor(before: AsyncIterable<Uint8Array>, after: AsyncIterable<Uint8Array>) {
    const held = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.held = held.promise
    this.goOn = released.resolve
    this.#pieces = (async function* (): AsyncGenerator<Uint8Array> {
      yield* before
      held.resolve()
      await released.promise
      yield* after
    })()
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.#pieces.next()
  }

  /** Not that of a generator, which waits for the piece that was asked for before. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.wasStopped = true
    this.goOn()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
