/** Longest line of a log, in characters; what is longer ends in an ellipsis. */
const maxLineLength = 8_192

/**
 * Cuts what a process writes into lines. A line without an end is cut off, so that it never holds
 * more than one.
 */
export class LogLines {
  readonly #onLine: (line: string) => void
  readonly #decoder = new TextDecoder()
  #line = ''
  /** Whether what was held of the line was enough already. */
  #isCut = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(chunk: Uint8Array): void {
    const parts = this.#decoder.decode(chunk, { stream: true }).split('\n')
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.#endLine()
      this.#add(part)
    }
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#line !== '') this.#endLine()
  }

  #add(text: string): void {
    if (this.#isCut || text === '') return
    this.#line += text.slice(0, maxLineLength)
    if (this.#line.length < maxLineLength) return
    this.#line = clipLine(this.#line)
    this.#isCut = true
  }

  #endLine(): void {
    this.#onLine(this.#line)
    this.#line = ''
    this.#isCut = false
  }
}

/** A line as it may stand in a log. */
export function clipLine(text: string): string {
  return text.length < maxLineLength ? text : `${text.slice(0, maxLineLength - 1)}…`
}
