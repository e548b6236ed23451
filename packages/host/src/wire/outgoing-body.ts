import type { HoldfastError } from '@holdfast/core'
import type { Connection } from './connection.ts'
import { encodeError } from './error-codec.ts'
import { frameType } from './frame-type.ts'
import { wireLimits } from './wire-limits.ts'

/** The sending end of a body: it reads its source only as far as the other side has given credit. */
export class OutgoingBody {
  readonly #connection: Connection
  readonly #id: number
  readonly #source: AsyncIterator<Uint8Array>
  readonly #toError: (error: unknown) => HoldfastError
  #credit = 0
  #isStopped = false
  #wake: (() => void) | null = null

  /** @param toError makes an error of Holdfast of what the source throws, if it is none */
  constructor(
    connection: Connection,
    id: number,
    source: AsyncIterable<Uint8Array>,
    toError: (error: unknown) => HoldfastError,
  ) {
    this.#connection = connection
    this.#id = id
    this.#source = source[Symbol.asyncIterator]()
    this.#toError = toError
  }

  /** The other side takes so many bytes more. */
  grant(bytes: number): void {
    // A receiver may ask for much; what is on its way is bounded all the same.
    this.#credit = Math.min(this.#credit + bytes, wireLimits.bodyWindowBytes)
    this.#tell()
  }

  /** Nobody wants more of it. The source is ended as soon as it stands still. */
  stop(): void {
    this.#isStopped = true
    // A source that waits for something may never come to the next step by itself.
    void this.#source.return?.().catch(() => undefined)
    this.#tell()
  }

  /**
   * Sends all of it.
   *
   * @returns what the source has failed with; `null` if it has not
   */
  async send(): Promise<unknown> {
    try {
      while (await this.#waitForCredit()) {
        const step = await this.#source.next()
        if (this.#isStopped) return null
        if (step.done === true) {
          this.#connection.send(frameType.end, this.#id)
          return null
        }
        if (!(await this.#sendPieces(step.value))) return null
      }
      return null
    } catch (error) {
      if (!this.#isStopped) {
        const json = encodeError(error, this.#toError)
        this.#connection.begin(frameType.bodyFailed, this.#id).text(json).end()
      }
      return error
    }
  }

  /** @returns whether somebody still wants more */
  async #sendPieces(bytes: Uint8Array): Promise<boolean> {
    let at = 0
    while (at < bytes.length) {
      if (!(await this.#waitForCredit())) return false
      const length = Math.min(bytes.length - at, this.#credit, wireLimits.maxBodyPieceBytes)
      // A piece is good until the next one is asked for, and frames may wait for the socket.
      const frame = this.#connection.begin(frameType.data, this.#id)
      frame.raw(bytes.subarray(at, at + length), false).end()
      this.#credit -= length
      at += length
    }
    return true
  }

  async #waitForCredit(): Promise<boolean> {
    while (this.#credit === 0 && !this.#isStopped && !this.#connection.isClosed) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (this.#connection.isCongested) await this.#connection.drained()
    return !this.#isStopped && !this.#connection.isClosed
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
