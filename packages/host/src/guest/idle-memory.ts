import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How long a process has nothing to do before it gives back memory, in milliseconds. */
const idleMs = 500
/** What a heap has to have grown by for it to be worth the while, in bytes. */
const growthBytes = 4_194_304
/** Collecting a larger heap would hold up the next call for too long: it is left to V8. */
const largestBytes = 67_108_864

// Taken here, because a plugin is not given the one and may replace the other.
const setFlags = setFlagsFromString
const runElsewhere = runInNewContext

/**
 * Gives memory back to the system when a plugin's process has nothing to do. By itself V8 keeps what
 * loading and the last calls have left behind, about a third of what an idle plugin holds, for as
 * long as nothing is allocated. It takes about 20 ms.
 */
export class IdleMemory {
  readonly #isIdle: () => boolean
  #timer: NodeJS.Timeout | null = null
  #collected = 0
  #collect: Collect | null = null

  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle
  }

  /** Something has just ended. */
  touch(): void {
    this.#timer ??= setTimeout(() => this.#giveBack(), idleMs).unref()
    this.#timer.refresh()
  }

  #giveBack(): void {
    if (!this.#isIdle()) return
    const before = heapBytes()
    if (before > largestBytes || before < this.#collected + growthBytes) return
    this.#collect ??= findCollect()
    this.#collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    this.#collected = heapBytes()
  }
}

type Collect = (options: {
  readonly type: 'major'
  readonly execution: 'sync'
  /** Goes on until nothing more is found, and shrinks the spaces; others leave them as large as they are. */
  readonly flavor: 'last-resort'
}) => void

/**
 * V8's own function. It is there only with a flag, with which a process would not accept the code
 * caches that were made without it; so the flag is set for a moment.
 */
function findCollect(): Collect | null {
  setFlags('--expose-gc')
  try {
    return runElsewhere('typeof gc === "function" ? gc : null') as Collect | null
  } finally {
    setFlags('--no-expose-gc')
  }
}

function heapBytes(): number {
  return getHeapStatistics().total_physical_size
}
