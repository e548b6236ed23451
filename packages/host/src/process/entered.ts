import type { PluginProcess } from './plugin-process.ts'
import type { Seat } from './plugin-runner.ts'

/** A place in the queue of a plugin, and the process that it leads to. */
export interface Entered {
  readonly process: PluginProcess
  readonly seat: Seat
  /** Gives the place back. */
  readonly leave: () => void
  /** To be called when the invocation has begun, or will not. */
  readonly release: () => void
  readonly isIdempotent: boolean
}

/** Begins an invocation; what fails in doing so leaves nothing behind. */
export function begin<Invocation>(
  { leave, release }: Entered,
  start: () => Invocation,
): Invocation {
  try {
    return start()
  } catch (error) {
    leave()
    throw error
  } finally {
    release()
  }
}
