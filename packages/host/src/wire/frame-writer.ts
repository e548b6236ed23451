import { wireLimits } from './wire-limits.ts'

interface LargeMessage {
  readonly type: number
  readonly id: number
  /** What is left of it; the first begins at `offset`. */
  readonly parts: Uint8Array[]
  readonly total: number
  left: number
  offset: number
}

const { headerBytes, maxFrameBytes } = wireLimits
const blockBytes = 65_536
/** From here on bytes are handed on as they are, and not copied together with others. */
const partBytes = 8_192
const noParts: readonly Uint8Array[] = []

/**
 * Puts messages into frames. Small ones lie side by side in one block, so that all of a tick are one
 * write. Large ones wait in a queue of their own and go in fragments, one message after the other,
 * as the socket takes them, so that small ones pass by.
 *
 * `begin`, then the fields, then `end`; nothing else in between.
 */
export class FrameWriter {
  #block: Buffer = Buffer.allocUnsafeSlow(blockBytes)
  /** Where what is not handed on yet begins, and where it ends. */
  #from = 0
  #at = 0
  #start = 0
  #type = 0
  #id = 0
  #isLast = false
  #isOpen = false
  /** The parts of the message so far, before what is in the block since `#start`. The first has the header. */
  #parts: Uint8Array[] = []
  #partsBytes = 0
  #ready: Uint8Array[] = []
  readonly #large: LargeMessage[] = []

  /** Whether messages wait that are sent bit by bit. */
  get hasLarge(): boolean {
    return this.#large.length > 0
  }

  /**
   * Begins a message.
   *
   * @param isLast whether it must not pass by large ones that were begun before it
   */
  begin(type: number, id: number, isLast = false): this {
    // Whoever began one and failed in it has left part of a message.
    if (this.#isOpen) this.#drop()
    this.#isOpen = true
    this.#type = type
    this.#id = id
    this.#isLast = isLast
    this.#start = this.#at
    this.#reserve(headerBytes)
    this.#at += headerBytes
    return this
  }

  u8(value: number): this {
    this.#reserve(1)
    this.#at = this.#block.writeUInt8(value, this.#at)
    return this
  }

  u32(value: number): this {
    this.#reserve(4)
    this.#at = this.#block.writeUInt32LE(value, this.#at)
    return this
  }

  f64(value: number): this {
    this.#reserve(8)
    this.#at = this.#block.writeDoubleLE(value, this.#at)
    return this
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0)
  }

  text(value: string): this {
    // Not more than three bytes for a code unit of UTF-16.
    const most = value.length * 3
    if (most > partBytes) return this.bytes(Buffer.from(value), true)
    this.#reserve(4 + most)
    const length = this.#block.write(value, this.#at + 4)
    this.#block.writeUInt32LE(length, this.#at)
    this.#at += 4 + length
    return this
  }

  /**
   * Bytes with their number before them.
   *
   * @param isOurs whether nobody changes them any more, so that they need not be copied
   */
  bytes(value: Uint8Array, isOurs: boolean): this {
    return this.u32(value.length).raw(value, isOurs)
  }

  /** Bytes without their number. */
  raw(value: Uint8Array, isOurs: boolean): this {
    if (value.length < partBytes) {
      this.#reserve(value.length)
      this.#block.set(value, this.#at)
      this.#at += value.length
      return this
    }
    this.#cut()
    this.#parts.push(isOurs ? value : new Uint8Array(value))
    this.#partsBytes += value.length
    return this
  }

  optional<Field>(value: Field | null, write: (writer: this, value: Field) => void): this {
    this.flag(value !== null)
    if (value !== null) write(this, value)
    return this
  }

  list<Item>(items: readonly Item[], write: (writer: this, item: Item) => void): this {
    this.u32(items.length)
    for (const item of items) write(this, item)
    return this
  }

  /** @returns how many bytes the message has, without its header */
  end(): number {
    this.#isOpen = false
    const length = this.#at - this.#start + this.#partsBytes - headerBytes
    const isLarge = length > maxFrameBytes
    if (isLarge || (this.#isLast && this.hasLarge)) {
      this.#cut()
      this.#large.push({
        type: this.#type,
        id: this.#id,
        parts: this.#parts,
        total: length,
        left: length,
        offset: headerBytes,
      })
      this.#parts = []
    } else if (this.#parts.length === 0) {
      writeHeader(this.#block, this.#start, length, this.#type, 0, this.#id)
    } else {
      this.#cut()
      const block = this.#parts[0] as Buffer
      writeHeader(block, 0, length, this.#type, 0, this.#id)
      this.#ready.push(...this.#parts)
      this.#parts = []
    }
    this.#partsBytes = 0
    return length
  }

  /** Takes all that is small and not sent yet. */
  takeReady(): readonly Uint8Array[] {
    this.#cutReady()
    if (this.#ready.length === 0) return noParts
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** Takes one fragment of the large message that is next. */
  takeFragment(): readonly Uint8Array[] {
    const message = this.#large[0]
    if (message === undefined) return noParts
    const isWhole = message.total <= maxFrameBytes
    const payload = Math.min(message.left, isWhole ? message.total : maxFrameBytes - 4)
    const header = Buffer.allocUnsafe(isWhole ? headerBytes : headerBytes + 4)
    const length = isWhole ? payload : payload + 4
    writeHeader(header, 0, length, message.type, isWhole ? 0 : 1, message.id)
    if (!isWhole) header.writeUInt32LE(message.total, headerBytes)
    const chunks: Uint8Array[] = [header]
    takeBytes(message, payload, chunks)
    if (message.left === 0) this.#large.shift()
    return chunks
  }

  #drop(): void {
    this.#at = this.#start
    this.#parts = []
    this.#partsBytes = 0
  }

  #reserve(length: number): void {
    if (this.#block.length - this.#at >= length) return
    const begun = this.#block.subarray(this.#start, this.#at)
    this.#cutBefore(this.#start)
    this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, (begun.length + length) * 2))
    this.#block.set(begun)
    this.#from = 0
    this.#start = 0
    this.#at = begun.length
  }

  /** Hands on the messages that end where one begins. */
  #cutBefore(start: number): void {
    if (start > this.#from) this.#ready.push(this.#block.subarray(this.#from, start))
    this.#from = start
  }

  #cutReady(): void {
    this.#cutBefore(this.#at)
    this.#start = this.#at
  }

  /** Makes what the message has in the block a part of it. */
  #cut(): void {
    this.#cutBefore(this.#start)
    if (this.#at > this.#start) {
      this.#parts.push(this.#block.subarray(this.#start, this.#at))
      this.#partsBytes += this.#at - this.#start
    }
    this.#start = this.#at
    this.#from = this.#at
  }
}

function writeHeader(
  to: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  id: number,
): void {
  to.writeUInt32LE(length, at)
  to.writeUInt8(type, at + 4)
  to.writeUInt8(flags, at + 5)
  to.writeUInt16LE(0, at + 6)
  to.writeUInt32LE(id, at + 8)
}

function takeBytes(message: LargeMessage, length: number, chunks: Uint8Array[]): void {
  let missing = length
  message.left -= length
  while (missing > 0) {
    const [part] = message.parts
    if (part === undefined) return
    const end = Math.min(part.length, message.offset + missing)
    if (end > message.offset) chunks.push(part.subarray(message.offset, end))
    missing -= end - message.offset
    message.offset = end
    if (end === part.length) {
      message.parts.shift()
      message.offset = 0
    }
  }
}
