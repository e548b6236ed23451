import { ProtocolError } from './protocol-error.ts'

/**
 * Reads the fields of one message, in order. Whatever was sent, it reads nothing beyond the message
 * and makes nothing that is larger than it.
 */
export class PayloadReader {
  readonly #bytes: Buffer
  /** Whether the bytes belong to this message alone, so that a value may be given away as a view. */
  readonly #isOwned: boolean
  #at = 0

  constructor(bytes: Buffer, isOwned: boolean) {
    this.#bytes = bytes
    this.#isOwned = isOwned
  }

  /** Bytes that are not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** @throws {@link ProtocolError} as all that follow */
  u8(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  /** A byte that is 0 or 1. */
  flag(): boolean {
    const value = this.u8()
    if (value > 1) throw new ProtocolError(`a flag is 0 or 1, not ${value}`)
    return value === 1
  }

  text(): string {
    const length = this.u32()
    const start = this.#take(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  /** As many bytes as a number before them says, good until the message has been handled. */
  view(): Buffer {
    return this.fixed(this.u32())
  }

  /** As `view`, for whoever keeps them. */
  value(): Uint8Array<ArrayBuffer> {
    const view = this.view() as Buffer<ArrayBuffer>
    if (this.#isOwned && view.length * 2 > this.#bytes.length) {
      return new Uint8Array(view.buffer, view.byteOffset, view.length)
    }
    return new Uint8Array(view)
  }

  /** So many bytes, good until the message has been handled. */
  fixed(length: number): Buffer {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** The bytes that are left, good until the message has been handled. */
  rest(): Buffer {
    return this.fixed(this.remaining)
  }

  /** A flag and, when it is set, a field. */
  optional<Field>(read: (reader: PayloadReader) => Field): Field | null {
    return this.flag() ? read(this) : null
  }

  /**
   * A number and as many items.
   *
   * @param most how many there may be
   */
  list<Item>(most: number, read: (reader: PayloadReader) => Item): Item[] {
    const length = this.u32()
    if (length > most) throw new ProtocolError(`a list of ${length}, where ${most} are the most`)
    const items: Item[] = []
    for (let index = 0; index < length; index++) items.push(read(this))
    return items
  }

  /** Says that the message has no more fields. */
  end(): void {
    if (this.remaining > 0) throw new ProtocolError(`${this.remaining} bytes too many in a message`)
  }

  #take(length: number): number {
    const start = this.#at
    if (length > this.remaining) throw new ProtocolError('a message that is too short')
    this.#at += length
    return start
  }
}
