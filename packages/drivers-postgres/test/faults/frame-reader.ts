/** The end of a transaction, or a statement that is one of its own and writes. */
const commitPattern = /^\s*(?:commit$|WITH (?:moved|old) AS)/i

/** Reads what a client of PostgreSQL sends, in as far as needed to see its commits. */
export class FrameReader {
  #rest = Buffer.alloc(0)
  #hasGreeted = false
  readonly #commits = new Set<string>()

  /** Whether a `COMMIT`, or what is as good as one, is in what came now. */
  hasCommit(bytes: Uint8Array): boolean {
    this.#rest = Buffer.concat([this.#rest, bytes])
    let found = false
    for (;;) {
      // The greeting alone has no letter before its length.
      const letterLength = this.#hasGreeted ? 1 : 0
      if (this.#rest.length < letterLength + 4) return found
      const end = letterLength + this.#rest.readUInt32BE(letterLength)
      if (this.#rest.length < end) return found
      const letter = this.#hasGreeted ? String.fromCharCode(this.#rest[0] ?? 0) : ''
      if (this.#isCommit(letter, this.#rest.subarray(letterLength + 4, end))) found = true
      this.#hasGreeted = true
      this.#rest = this.#rest.subarray(end)
    }
  }

  #isCommit(letter: string, body: Buffer): boolean {
    const [first = '', second = ''] = body.toString('latin1').split('\0', 2)
    // A statement is parsed under a name, and bound to a portal by that name, any number of times.
    if (letter === 'P' && commitPattern.test(second)) this.#commits.add(first)
    else if (letter === 'P') this.#commits.delete(first)
    if (letter === 'Q') return first.toLowerCase() === 'commit'
    return letter === 'B' && this.#commits.has(second)
  }
}
