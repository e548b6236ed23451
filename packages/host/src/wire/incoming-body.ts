import type { Connection } from './connection.ts'
import { frameType } from './frame-type.ts'
import { ProtocolError } from './protocol-error.ts'
import { wireLimits } from './wire-limits.ts'

/**
 * The receiving end of a body. It grants the other side credit for as many bytes as may be on their
 * way, and again for those that have been read, so that it never holds more than a window of them.
 */
export class IncomingBody implements AsyncIterableIterator<Uint8Array, undefined, void> {
  readonly #connection: Connection
  readonly #id: number
  readonly #onEnd: () => void
  #pieces: Uint8Array[] = []
  /** Bytes that the other side may still send. */
  #window = 0
  /** Bytes read since credit was granted. */
  #readBytes = 0
  /** Whether the first credit has been granted. */
  #isOpen = false
  #hasEnded = false
  #error: Error | null = null
  #wake: (() => void) | null = null

  /** @param onEnd called once, when nothing more comes or is wanted */
  constructor(connection: Connection, id: number, onEnd: () => void) {
    this.#connection = connection
    this.#id = id
    this.#onEnd = onEnd
  }

  /** @throws {@link ProtocolError} for more than there was credit for */
  push(piece: Uint8Array): void {
    // What was on its way when the reader stopped.
    if (this.#hasEnded) return
    if (piece.length === 0) throw new ProtocolError('a piece of a body with nothing in it')
    this.#window -= piece.length
    if (this.#window < 0) throw new ProtocolError('more of a body than was asked for')
    this.#pieces.push(piece)
    this.#tell()
  }

  end(): void {
    this.#finish()
  }

  /** What is not read yet is lost: a body that failed is not to be used. */
  fail(error: Error): void {
    if (this.#hasEnded) return
    this.#error = error
    this.#pieces = []
    this.#finish()
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece !== undefined) {
        this.#readBytes += piece.length
        if (this.#readBytes * 2 >= wireLimits.bodyWindowBytes) this.#grant(this.#readBytes)
        return { done: false, value: piece }
      }
      if (this.#error !== null) throw this.#error
      if (this.#hasEnded) return { done: true, value: undefined }
      this.#grant(this.#isOpen ? this.#readBytes : wireLimits.bodyWindowBytes)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Wants no more, and tells the other side. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#hasEnded) {
      this.#connection.send(frameType.stop, this.#id)
      this.#finish()
    }
    this.#pieces = []
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #grant(bytes: number): void {
    if (bytes === 0 || this.#hasEnded) return
    this.#isOpen = true
    this.#readBytes = 0
    this.#window += bytes
    this.#connection.begin(frameType.credit, this.#id).u32(bytes).end()
  }

  #finish(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#tell()
    this.#onEnd()
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
