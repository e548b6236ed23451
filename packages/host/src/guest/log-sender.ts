import type { LogLevel } from '@holdfast/session'
import { currentInvocationId } from '@holdfast/session/runtime'
import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import { wireLimits } from '../wire/wire-limits.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** How much of a log may wait to be sent, in bytes. */
const maxWaitingBytes = 262_144
/** How many lines of a tick are sent at once, so that what holds up the process cannot hold them back. */
const linesAtOnce = 64

/**
 * Sends lines of a log with the invocation that they belong to. A plugin that says more than the
 * host takes loses lines, is told how many, and does not fill its own memory with them.
 */
export class LogSender {
  readonly #connection: Connection
  #bytes = 0
  /** Of this tick. */
  #lines = 0
  #lost = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  send(level: LogLevel, text: string): void {
    const clipped = text.length > wireLimits.maxLogBytes / 3 ? clip(text) : text
    if (this.#bytes > maxWaitingBytes || this.#connection.waitingBytes > maxWaitingBytes) {
      this.#lost++
      return
    }
    // The lines of one tick: what they count for is given back when the tick is over.
    if (this.#bytes === 0) setImmediate(() => this.#begin())
    this.#bytes += clipped.length + 1
    this.#write(level, clipped)
    if (++this.#lines <= linesAtOnce) this.#connection.flush()
  }

  #begin(): void {
    this.#bytes = 0
    this.#lines = 0
    if (this.#lost === 0) return
    const lost = this.#lost
    this.#lost = 0
    this.#write('warn', `(${lost} lines of the log were left out: there were too many at once)`)
  }

  #write(level: LogLevel, text: string): void {
    const frame = this.#connection.begin(frameType.log, 0)
    frame
      .u8(levels.indexOf(level))
      .text(currentInvocationId() ?? '')
      .text(text)
      .end()
  }
}

function clip(text: string): string {
  return `${text.slice(0, Math.floor(wireLimits.maxLogBytes / 3) - 1)}…`
}
