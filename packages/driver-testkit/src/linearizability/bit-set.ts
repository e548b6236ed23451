const bitsPerWord = 32
const fullWord = 0xffffffff

/** A set of small whole numbers. */
export class BitSet {
  readonly #words: Uint32Array

  /** @param size one more than the largest number that may be in the set */
  constructor(size: number) {
    this.#words = new Uint32Array(Math.ceil(size / bitsPerWord))
  }

  /** Puts a number in if it is not, and takes it out if it is. */
  toggle(index: number): void {
    const word = Math.floor(index / bitsPerWord)
    this.#words[word] = (this.#words[word] ?? 0) ^ (1 << (index % bitsPerWord))
  }

  /** A text that is the same for equal sets and for no others; short where the first numbers are all in. */
  key(): string {
    let start = 0
    while (this.#words[start] === fullWord) start++
    let end = this.#words.length
    while (end > start && this.#words[end - 1] === 0) end--
    return `${start}:${this.#words.subarray(start, end).join(',')}`
  }
}
