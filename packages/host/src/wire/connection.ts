import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { FrameReader, type MessageHandler } from './frame-reader.ts'
import type { FrameType } from './frame-type.ts'
import { FrameWriter } from './frame-writer.ts'

/** What a connection tells whoever uses it. */
export interface ConnectionEvents {
  readonly onMessage: MessageHandler
  /** It is over, once, for whatever reason; what it failed with, if it did. */
  readonly onClose: (error: Error | undefined) => void
}

/** How long the frames of one chunk may take before others have their turn, in milliseconds. */
const longestTurnMs = 2
/** After how many messages of a tick they are written, without waiting for its end. */
const messagesPerWrite = 16
/** How much may wait in the socket before large messages wait for it, in bytes. */
const socketBytes = 524_288

/**
 * One end of the socket between host and plugin. All messages of a tick go out in one write; large
 * ones follow as the socket drains.
 */
export class Connection {
  readonly #socket: Socket
  readonly #reader: FrameReader
  readonly #writer = new FrameWriter()
  readonly #events: ConnectionEvents
  #isScheduled = false
  /** Messages of this tick. */
  #begun = 0
  #isClosed = false
  readonly #onDrain: (() => void)[] = []
  #pauses = 0

  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket
    this.#events = events
    this.#reader = new FrameReader(events.onMessage)
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('drain', () => {
      this.#sendLarge()
      this.#tellDrained()
    })
    socket.on('error', (error) => this.close(error))
    socket.on('end', () => this.close(undefined))
    socket.on('close', () => this.close(undefined))
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Bytes that the other side has not taken. */
  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Whether more is waiting to be sent than should be added to. */
  get isCongested(): boolean {
    return this.#writer.hasLarge || this.#socket.writableLength > socketBytes
  }

  /**
   * Begins a message. Write its fields and call `end` of what this returns, before anything else.
   *
   * @param isLast whether it must not pass by large messages that were begun before it
   */
  begin(type: FrameType, id: number, isLast = false): FrameWriter {
    if (!this.#isScheduled) {
      this.#isScheduled = true
      this.#begun = 0
      process.nextTick(() => this.#flush())
    } else if (++this.#begun % messagesPerWrite === 0) {
      // The other side can begin while this one goes on.
      this.#write(this.#writer.takeReady())
    }
    return this.#writer.begin(type, id, isLast)
  }

  /** Sends a message without fields. */
  send(type: FrameType, id: number, isLast = false): void {
    this.begin(type, id, isLast).end()
  }

  /** Writes what is waiting for the end of the tick, for it may never end. */
  flush(): void {
    this.#write(this.#writer.takeReady())
  }

  /** Resolves when it is not congested any more, or is closed. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain.push(resolve)
      this.#tellDrained()
    })
  }

  /** Stops reading, so that the other side has to wait, until `resume`. */
  pause(): void {
    this.#pauses++
    this.#socket.pause()
  }

  /** Takes back one `pause`. */
  resume(): void {
    this.#pauses--
    if (this.#pauses === 0 && !this.#isClosed) this.#socket.resume()
  }

  /** Takes what has come over a socket that gives no `data`. It keeps nothing of the chunk. */
  receive(chunk: Buffer): void {
    if (this.#isClosed) return
    const before = performance.now()
    try {
      this.#reader.read(chunk)
    } catch (error) {
      this.close(error as Error)
    }
    if (performance.now() - before > longestTurnMs) this.#letOthers()
  }

  /** Who sends very much gets one turn of the event loop for each chunk, like everybody else. */
  #letOthers(): void {
    this.#pauses++
    this.#socket.pause()
    setImmediate(() => this.resume())
  }

  /** Ends it at once. Idempotent. */
  close(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.destroy()
    this.#events.onClose(error)
    this.#tellDrained()
  }

  #tellDrained(): void {
    if (this.#onDrain.length === 0 || (!this.#isClosed && this.isCongested)) return
    for (const resolve of this.#onDrain.splice(0)) resolve()
  }

  #flush(): void {
    this.#isScheduled = false
    const ready = this.#writer.takeReady()
    if (this.#isClosed) return
    this.#write(ready)
    this.#sendLarge()
  }

  #sendLarge(): void {
    while (!this.#isClosed && this.#writer.hasLarge) {
      if (this.#socket.writableLength > socketBytes) return
      this.#write(this.#writer.takeFragment())
    }
  }

  #write(chunks: readonly Uint8Array[]): void {
    const [first] = chunks
    if (first === undefined || this.#isClosed) return
    if (chunks.length === 1) {
      const rest = this.#writeNow(first)
      if (rest !== null) this.#socket.write(rest)
      return
    }
    this.#socket.cork()
    for (const chunk of chunks) this.#socket.write(chunk)
    this.#socket.uncork()
  }

  /**
   * Writes at once, without the detour by the stream, where nothing is waiting in that.
   *
   * @returns what is left for the stream to write; `null` for nothing
   */
  #writeNow(chunk: Uint8Array): Uint8Array | null {
    const fd = openDescriptor(this.#socket)
    if (fd === null || this.#socket.writableLength > 0) return chunk
    try {
      const written = writeSync(fd, chunk)
      return written === chunk.length ? null : chunk.subarray(written)
    } catch {
      // It is full, or gone, which the stream finds out, too, and says.
      return chunk
    }
  }
}

/** Asked for anew each time: a socket that was closed has none, and its number may be another's. */
function openDescriptor(socket: Socket): number | null {
  const { ['_handle']: handle } = socket as unknown as WithHandle
  const fd = handle?.fd ?? -1
  return fd >= 0 ? fd : null
}

/** What Node keeps the descriptor of a socket in. */
interface WithHandle {
  readonly ['_handle']?: { readonly fd?: number } | null
}
