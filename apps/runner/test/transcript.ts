import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** What a process writes to a stream, to be looked at while it comes. */
export class Transcript {
  /** All of it, when it has ended. */
  readonly ended: Promise<string>
  readonly #stream: Readable
  #text = ''

  constructor(stream: Readable) {
    this.#stream = stream.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk))
    this.ended = once(stream, 'close').then(() => this.#text)
  }

  /** Waits for what matches, and takes all up to its end away. */
  async next(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#text)
      if (match !== null) {
        this.#text = this.#text.slice(match.index + match[0].length)
        return match
      }
      if (this.#stream.closed) throw new Error(`It ended without ${pattern}: ${this.#text}`)
      await Promise.race([once(this.#stream, 'data'), once(this.#stream, 'close')])
    }
  }
}
