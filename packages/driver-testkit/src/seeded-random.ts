/** Choices that are the same whenever the seed is: mulberry32, which is small and good enough. */
export class SeededRandom {
  #state: number

  /** @param stream sets choices of the same seed apart, for those who choose at the same time */
  constructor(seed: number, stream = 0) {
    this.#state = (seed ^ Math.imul(stream, 0x9e3779b9)) | 0
  }

  /** A whole number from 0 up to, and without, the bound. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound)
  }

  /** Whether something happens that does so this often, from 0 to 1. */
  chance(probability: number): boolean {
    return this.#next() < probability
  }

  /** One of a list that is not empty. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0]
  }

  /** From 0 up to, and without, 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
