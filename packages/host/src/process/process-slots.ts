/** Numbers for processes, so that no two that live at once have the same. */
export class ProcessSlots {
  readonly #taken = new Set<number>()
  /** Where the search goes on: a number that was given back is not given out again at once. */
  #next = 0

  take(): number {
    while (this.#taken.has(this.#next)) this.#next = (this.#next + 1) % 0xffff
    const slot = this.#next
    this.#taken.add(slot)
    this.#next = (slot + 1) % 0xffff
    return slot
  }

  release(slot: number): void {
    this.#taken.delete(slot)
  }
}
