import { describeValue } from './describe-value.ts'
import { bodyFailed } from './driver-errors.ts'
import { endableGenerator } from './endable-generator.ts'
import type { ByteRange, EntryStream, StreamPut } from './entry-stream.ts'
import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'
import { iterateUntilAborted } from './iterate-until-aborted.ts'
import type { Lifetime } from './lifetime.ts'
import { MisuseError } from './misuse-error.ts'
import { quoteOrDescribe } from './quote-or-describe.ts'
import type { StorageKey } from './storage-key.ts'

const bytesPerTurn = 1_048_576

/**
 * A value on its way in, as a driver may take it: pieces of bytes, never more than is allowed. An
 * error of the source is told from one of the store, since it leaves no doubt about the outcome.
 * The source is told to end with the lifetime, also where nothing was read of it.
 *
 * @throws {@link HoldfastError} `BODY_FAILED`, `VALUE_TOO_LARGE`, or what ended the lifetime
 */
export function superviseSource(
  { key, body }: StreamPut,
  maxStreamBytes: number,
  { operation, signal }: Lifetime,
): AsyncGenerator<Uint8Array, void> {
  const supervised = namingFailures(iterateUntilAborted(body, signal), key, operation)
  return checkPieces(supervised, key, maxStreamBytes, operation)
}

async function* checkPieces(
  pieces: AsyncIterable<unknown>,
  key: StorageKey,
  maxStreamBytes: number,
  operation: string,
): AsyncGenerator<Uint8Array, void> {
  let size = 0
  const takeTurns = turnTaker()
  for await (const bytes of pieces) {
    if (!(bytes instanceof Uint8Array)) {
      throw new MisuseError(
        'WRONG_TYPE',
        `The body of a value is a stream of Uint8Array; it gave ${describeValue(bytes)}.`,
        { operation },
      )
    }
    size += bytes.byteLength
    if (size > maxStreamBytes) {
      throw new HoldfastError(
        'VALUE_TOO_LARGE',
        `A streamed value has at most ${maxStreamBytes} bytes; the one for ${JSON.stringify(key)} has more. The old value is as it was.`,
        { operation, context: { key, maxStreamBytes } },
      )
    }
    yield bytes
    await takeTurns(bytes.byteLength)
  }
}

async function* namingFailures(
  body: AsyncIterable<Uint8Array>,
  key: StorageKey,
  operation: string,
): AsyncGenerator<unknown, void> {
  try {
    yield* body
  } catch (cause) {
    if (isHoldfastError(cause)) throw cause
    throw bodyFailed(key, cause, operation)
  }
}

/**
 * A value on its way out, which ends with its lifetime and fails with errors of Holdfast alone. The
 * lifetime is over when the value has been read, or its reader stops, at whatever place.
 */
export function superviseStream(stream: EntryStream, lifetime: Lifetime): EntryStream {
  const supervised = iterateUntilAborted(stream.body, lifetime.signal)
  return {
    metadata: stream.metadata,
    body: endableGenerator(readOut(supervised, lifetime), () => lifetime.end()),
  }
}

async function* readOut(
  pieces: AsyncIterable<Uint8Array>,
  lifetime: Lifetime,
): AsyncGenerator<Uint8Array, void> {
  const takeTurns = turnTaker()
  try {
    for await (const bytes of pieces) {
      yield bytes
      await takeTurns(bytes.byteLength)
    }
  } catch (error) {
    const { signal, operation } = lifetime
    throw signal.aborted ? signal.reason : streamFailure(error, operation)
  } finally {
    lifetime.end()
  }
}

/**
 * Lets others have their turn of the event loop, every so many bytes. A stream neither end of which
 * ever waits would hold up the whole process until it is through.
 */
function turnTaker(): (bytes: number) => Promise<void> {
  let sinceTurn = 0
  return async (bytes) => {
    sinceTurn += bytes
    if (sinceTurn < bytesPerTurn) return
    sinceTurn = 0
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function streamFailure(error: unknown, operation: string): Error {
  if (isHoldfastError(error)) return error
  return new HoldfastError('DRIVER_FAILURE', 'The driver failed in the middle of a stream.', {
    operation,
    cause: error,
  })
}

/**
 * Holds a range against what it may be.
 *
 * @throws {@link HoldfastError} `INVALID_ARGUMENT`
 */
export function checkRange(range: ByteRange | null): void {
  if (range === null) return
  const { start, end } = range
  const isStart = Number.isSafeInteger(start) && start >= 0
  const isEnd = end === null || (Number.isSafeInteger(end) && end >= start)
  if (isStart && isEnd) return
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `A range goes from a byte to the same or a later one, in whole numbers from 0; got ${showBound(start)} to ${end === null ? 'the end' : showBound(end)}.`,
  )
}

/** A bound that is no number is mostly one in quotes, as a header has it. */
function showBound(bound: unknown): string {
  return typeof bound === 'number' ? String(bound) : quoteOrDescribe(bound)
}
