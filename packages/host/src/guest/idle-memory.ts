import { getHeapStatistics } from 'node:v8'
import type { MemoryCollector } from './find-collector.ts'

/**
 * How long a process has nothing to do before it gives back memory, in milliseconds. With the memory
 * goes what V8 has learnt of the code, which one that is called again soon would have to learn anew.
 */
const idleMs = 5_000
/** What a heap has to have grown by for it to be worth the while, in bytes. */
const growthBytes = 4_194_304
/** Collecting a larger heap would hold up the next call for too long: it is left to V8. */
const largestBytes = 33_554_432

// Taken here, for a plugin may replace them.
const startTimer = setTimeout
const heapStatistics = getHeapStatistics

/**
 * Gives memory back to the system when a plugin's process has nothing to do. By itself V8 often keeps
 * what loading and the last calls have left behind, about a third of what an idle plugin holds, for
 * as long as nothing is allocated. It takes about 20 ms where little is held, and longer with the heap.
 */
export class IdleMemory {
  readonly #isIdle: () => boolean
  readonly #collect: MemoryCollector
  #timer: NodeJS.Timeout | null = null
  #collected = 0

  constructor(isIdle: () => boolean, collect: MemoryCollector) {
    this.#isIdle = isIdle
    this.#collect = collect
  }

  /** Something has just ended. */
  touch(): void {
    this.#timer ??= startTimer(() => this.#giveBack(), idleMs).unref()
    this.#timer.refresh()
  }

  #giveBack(): void {
    if (!this.#isIdle()) return
    const before = heapBytes()
    if (before > largestBytes || before < this.#collected + growthBytes) return
    this.#collect()
    this.#collected = heapBytes()
  }
}

function heapBytes(): number {
  return heapStatistics().total_physical_size
}
