/** How much the answers to reads that are under way may sum to, as far as that can be foreseen. */
const maxExpectedBytes = 67_108_864
/** Most reads under way at once. */
const maxReads = 32

/**
 * Lets a bounded number of reads be under way at once: fewer, the larger the last answers were. What
 * an answer will take is not known before it is there, and a plugin may ask for the largest value
 * many times over.
 */
export class ReadLane {
  readonly #waiting: (() => void)[] = []
  #underWay = 0
  #expectedBytes = 1
  #isPaused = false

  /** Runs a read when it has its turn. */
  run<Answer>(
    read: () => Promise<Answer>,
    bytesOf: (answer: Answer) => number,
    onAnswer: (answer: Answer) => void,
    onFailure: (error: unknown) => void,
  ): void {
    const start = (): void => {
      this.#underWay++
      read()
        .then((answer) => {
          this.#learn(bytesOf(answer))
          onAnswer(answer)
        }, onFailure)
        .finally(() => {
          this.#underWay--
          this.#next()
        })
    }
    if (this.#waiting.length === 0 && this.#hasRoom()) start()
    else this.#waiting.push(start)
  }

  /** Begins no more reads, until `resume`. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#next()
  }

  /** Forgets the reads that have not begun. */
  clear(): void {
    this.#waiting.length = 0
  }

  #next(): void {
    while (this.#hasRoom()) {
      const start = this.#waiting.shift()
      if (start === undefined) return
      start()
    }
  }

  #hasRoom(): boolean {
    if (this.#isPaused || this.#underWay >= maxReads) return false
    return this.#underWay === 0 || (this.#underWay + 1) * this.#expectedBytes <= maxExpectedBytes
  }

  /** Quick to learn that answers are large, and slow to forget it. */
  #learn(bytes: number): void {
    this.#expectedBytes = Math.max(bytes, this.#expectedBytes * 0.9, 1)
  }
}
