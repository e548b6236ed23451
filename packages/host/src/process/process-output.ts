import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { JsonValue } from '@holdfast/core'
import type { LogLevel } from '@holdfast/session'
import type { PluginLog } from '../plugin-log.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import type { HostInvocation } from './host-invocation.ts'
import { readWithinBudget } from './log-budget.ts'
import { clipLine, LogLines } from './log-lines.ts'

/** Takes a line that the process of a plugin wrote. The plugin is known to whoever takes it. */
export type LogSink = (line: Omit<PluginLog, 'at' | 'plugin'>) => void

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** How much of stderr is kept for the case that the process ends, in bytes. */
const lastWordsBytes = 16_384
/** How long stderr may take to arrive when the process has ended, in milliseconds. */
const lastWordsMs = 200
/** Most lines that are taken by way of the connection in a second. */
const linesPerSecond = 5_000

/** What a process says, by whatever way, as lines of a log. */
export class ProcessOutput {
  readonly #stderr: Readable
  #sink: LogSink = () => undefined
  #lastWords: Buffer = Buffer.alloc(0)
  #lines = 0
  #lost = 0

  constructor(stdout: Readable, stderr: Readable) {
    this.#stderr = stderr
    this.#follow(stdout, 'stdout', 'info')
    this.#follow(stderr, 'stderr', 'error')
  }

  /** From now on lines go there. */
  attach(sink: LogSink): void {
    this.#sink = sink
  }

  /** Takes a line of the console that came over the connection. */
  log(payload: PayloadReader, invocations: readonly HostInvocation[]): void {
    const level = levels[payload.u8()]
    if (level === undefined) throw new ProtocolError('a log of a level that there is not')
    const id = payload.text()
    const text = payload.text()
    if (!this.#hasRoom()) return
    const invocation = invocations.find(({ invocationId }) => invocationId === id)
    this.#emit('console', level, text, invocation)
  }

  /** The last of stderr, when all of it is there. */
  async lastWords(): Promise<string> {
    if (!this.#stderr.closed) {
      this.#stderr.resume()
      const signal = AbortSignal.timeout(lastWordsMs)
      await once(this.#stderr, 'close', { signal }).catch(() => undefined)
    }
    return this.#lastWords.toString('utf8')
  }

  #follow(stream: Readable, source: 'stdout' | 'stderr', level: LogLevel): void {
    const lines = new LogLines((line) => {
      if (this.#hasRoom()) this.#emit(source, level, line)
    })
    readWithinBudget(stream, (chunk) => {
      if (source === 'stderr') {
        const both = Buffer.concat([this.#lastWords, chunk])
        this.#lastWords = both.subarray(Math.max(both.length - lastWordsBytes, 0))
      }
      lines.write(chunk)
    })
    stream.on('end', () => lines.end())
  }

  /** A plugin that says too much loses lines, and the log says how many. */
  #hasRoom(): boolean {
    if (this.#lines === 0) setTimeout(() => this.#beginSecond(), 1_000).unref()
    this.#lines++
    if (this.#lines <= linesPerSecond) return true
    this.#lost++
    return false
  }

  #beginSecond(): void {
    this.#lines = 0
    if (this.#lost === 0) return
    const text = `(${this.#lost} lines of the log were left out: there were more than ${linesPerSecond} in a second)`
    this.#lost = 0
    this.#emit('console', 'warn', text)
  }

  #emit(
    source: PluginLog['source'],
    level: LogLevel,
    text: string,
    invocation?: HostInvocation,
  ): void {
    const data: JsonValue = null
    this.#sink({
      workspace: invocation?.served.scope.workspace ?? null,
      invocationId: invocation?.invocationId ?? null,
      source,
      level,
      text: clipLine(text),
      data,
    })
  }
}
