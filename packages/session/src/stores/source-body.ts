import { AsyncLocalStorage } from 'node:async_hooks'
import { isReadable, Readable } from 'node:stream'
import { bodyFailed, HoldfastError, MisuseError } from '@holdfast/core'
import type { ByteSource } from '../byte-source.ts'
import { explainDenial } from '../explain-denial.ts'
import { parseBytes } from './bytes.ts'

type Result = IteratorResult<Uint8Array, undefined>

/**
 * What was read for a store already, whoever gave it. A generator that is spent looks like one that
 * has nothing to give, and nothing else in the language tells the two apart.
 */
const givenIterators = new WeakSet<AsyncIterator<Uint8Array>>()

/** Whether an author gave a value as a stream. */
export function isByteSource(value: unknown): value is ByteSource {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/**
 * What an author gives as a stream, on its way into a store: one piece at a time, as the store asks
 * for them, made in the asynchronous context of the author whoever asks.
 */
export class SourceBody implements AsyncIterable<Uint8Array> {
  /** What the source failed with, if it did. */
  failure: Error | undefined
  readonly #key: string
  readonly #source: ByteSource
  readonly #reader: ReadableStreamDefaultReader<unknown>
  readonly #inContext = AsyncLocalStorage.snapshot()
  #isGivenUp = false

  /**
   * @param key what its failure names
   * @throws {@link MisuseError} `INVALID_ARGUMENT` when the source was read or given already
   */
  constructor(key: string, source: ByteSource) {
    this.#key = key
    this.#source = source
    this.#reader = toStream(source).getReader()
    // It may fail before a store begins to read it, such as for a file that is not there. Until then
    // nobody else listens for that, which would end the process; who reads it hears of it all the same.
    if (source instanceof Readable) source.on('error', () => undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.#next(),
      return: async (): Promise<Result> => {
        this.end(undefined)
        return { done: true, value: undefined }
      },
    }
  }

  /** Ends the source, also while it hangs. To end one that has ended does nothing. */
  end(reason: unknown): void {
    this.#isGivenUp = true
    // What a source says to being ended interests nobody any more.
    this.#inContext(() => this.#reader.cancel(reason)).catch(() => undefined)
    // One of Node's that nobody has begun to read hears of it in no other way, and holds its file.
    if (this.#source instanceof Readable) this.#source.destroy()
  }

  async #next(): Promise<Result> {
    try {
      const step = await this.#inContext(() => this.#reader.read())
      if (this.#isGivenUp) throw givenUp()
      if (step.done) return { done: true, value: undefined }
      return { done: false, value: parseBytes(step.value, 'Each piece of a stream') }
    } catch (error) {
      if (this.#isGivenUp) throw error
      this.failure = error instanceof MisuseError ? error : bodyFailed(this.#key, inWords(error))
      throw this.failure
    }
  }
}

/** Of a file that the plugin may not read, Node says what only its operator could do. */
function inWords(error: unknown): unknown {
  const denial = error instanceof Error ? explainDenial(error) : null
  return denial === null ? error : new Error(denial, { cause: error })
}

function toStream(source: ByteSource): ReadableStream<unknown> {
  const isLocked = 'locked' in source && source.locked
  // What was read to its end would be stored as nothing, silently.
  if (isLocked || wasRead(source)) throw alreadyRead()
  if ('getReader' in source) return source
  const iterator = source[Symbol.asyncIterator]()
  // What can be read several times has a new iterator for each.
  if (givenIterators.has(iterator)) throw alreadyRead()
  givenIterators.add(iterator)
  return ReadableStream.from({ [Symbol.asyncIterator]: () => iterator })
}

function wasRead(source: ByteSource): boolean {
  // Both know the streams of the web, too; their types do not.
  const stream = source as Readable
  return Readable.isDisturbed(stream) && isReadable(stream) === false
}

function alreadyRead(): MisuseError {
  return new MisuseError(
    'INVALID_ARGUMENT',
    'A stream to be stored is one that nobody has read; this one is being read, or was, by somebody else or by a set before. Make it anew, or give a copy by its tee().',
  )
}

/** A stream that ends because nobody wants it any more must not pass for one that is complete. */
function givenUp(): HoldfastError {
  return new HoldfastError('ABORTED', 'The stream that was to be stored was given up.')
}
