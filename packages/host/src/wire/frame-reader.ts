import { PayloadReader } from './payload-reader.ts'
import { ProtocolError } from './protocol-error.ts'
import { wireLimits } from './wire-limits.ts'

/** Takes one message. What it keeps of the payload it copies. */
export type MessageHandler = (type: number, id: number, payload: PayloadReader) => void

interface Assembly {
  readonly type: number
  readonly bytes: Buffer
  received: number
}

const fragmentFlag = 1
const emptyBytes: Buffer = Buffer.alloc(0)

/**
 * Cuts what comes over a socket into frames and puts the fragments of large messages together. It
 * holds at most one frame and the messages that are being put together, whose sizes are bounded
 * together, whatever is sent.
 */
export class FrameReader {
  readonly #onMessage: MessageHandler
  readonly #header: Buffer = Buffer.alloc(wireLimits.headerBytes)
  #headerBytes = 0
  /** The payload of a frame that has not come whole yet. */
  #payload: Buffer | null = null
  #payloadBytes = 0
  readonly #assemblies = new Map<number, Assembly>()
  #assemblyBytes = 0

  constructor(onMessage: MessageHandler) {
    this.#onMessage = onMessage
  }

  /** @throws {@link ProtocolError}, and what the handler throws */
  read(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#payload !== null) {
        at = this.#fillPayload(this.#payload, chunk, at)
      } else if (this.#headerBytes === 0 && chunk.length - at >= wireLimits.headerBytes) {
        at = this.#readHeader(chunk, at, chunk, at + wireLimits.headerBytes)
      } else {
        const missing = wireLimits.headerBytes - this.#headerBytes
        const end = Math.min(at + missing, chunk.length)
        this.#headerBytes += chunk.copy(this.#header, this.#headerBytes, at, end)
        at = end
        if (this.#headerBytes === wireLimits.headerBytes) {
          at = this.#readHeader(this.#header, 0, chunk, at)
        }
      }
    }
  }

  /** @returns where in the chunk the reading goes on */
  #readHeader(header: Buffer, from: number, chunk: Buffer, at: number): number {
    const length = header.readUInt32LE(from)
    if (length > wireLimits.maxFrameBytes) {
      throw new ProtocolError(
        `a frame of ${length} bytes, where ${wireLimits.maxFrameBytes} are the most`,
      )
    }
    if (header.readUInt8(from + 5) > fragmentFlag || header.readUInt16LE(from + 6) !== 0) {
      throw new ProtocolError('a header with flags that there are not')
    }
    if (chunk.length - at >= length) {
      this.#headerBytes = 0
      this.#handle(header, from, chunk.subarray(at, at + length), false)
      return at + length
    }
    if (header !== this.#header) header.copy(this.#header, 0, from, from + wireLimits.headerBytes)
    this.#headerBytes = wireLimits.headerBytes
    this.#payload = Buffer.allocUnsafeSlow(length)
    this.#payloadBytes = 0
    return at
  }

  #fillPayload(payload: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(at + payload.length - this.#payloadBytes, chunk.length)
    this.#payloadBytes += chunk.copy(payload, this.#payloadBytes, at, end)
    if (this.#payloadBytes === payload.length) {
      this.#payload = null
      this.#headerBytes = 0
      this.#handle(this.#header, 0, payload, true)
    }
    return end
  }

  #handle(header: Buffer, from: number, payload: Buffer, isOwned: boolean): void {
    const type = header.readUInt8(from + 4)
    const id = header.readUInt32LE(from + 8)
    if (header.readUInt8(from + 5) === fragmentFlag) this.#assemble(type, id, payload)
    else this.#onMessage(type, id, new PayloadReader(payload, isOwned))
  }

  #assemble(type: number, id: number, payload: Buffer): void {
    const fragment = new PayloadReader(payload, false)
    const total = fragment.u32()
    const assembly = this.#assemblies.get(id) ?? this.#beginAssembly(type, id, total)
    if (assembly.type !== type || assembly.bytes.length !== total) {
      throw new ProtocolError('a fragment that does not go with the one before it')
    }
    if (fragment.remaining === 0 || fragment.remaining > total - assembly.received) {
      throw new ProtocolError('a fragment with nothing in it, or with too much')
    }
    assembly.received += fragment.rest().copy(assembly.bytes, assembly.received)
    if (assembly.received < total) return
    this.#assemblies.delete(id)
    this.#assemblyBytes -= total
    this.#onMessage(type, id, new PayloadReader(assembly.bytes, true))
  }

  #beginAssembly(type: number, id: number, total: number): Assembly {
    if (total > wireLimits.maxMessageBytes) {
      throw new ProtocolError(
        `a message of ${total} bytes, where ${wireLimits.maxMessageBytes} are the most`,
      )
    }
    this.#assemblyBytes += total
    if (this.#assemblyBytes > wireLimits.maxCallBytesInFlight) {
      throw new ProtocolError(
        `messages of more than ${wireLimits.maxCallBytesInFlight} bytes on their way at once`,
      )
    }
    // The memory is the system's until bytes have come for it.
    const bytes = total === 0 ? emptyBytes : Buffer.allocUnsafeSlow(total)
    const assembly = { type, bytes, received: 0 }
    this.#assemblies.set(id, assembly)
    return assembly
  }
}
