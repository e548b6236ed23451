import { HoldfastError, isHoldfastError } from '@holdfast/core'
import { type ErrorStyle, showError } from './show-error.ts'

/** What became of the errors that nobody caught. */
export interface StrayErrors {
  /** Whether there were any. */
  readonly hasSeen: () => boolean
}

/**
 * Shows errors that plugins in this process leave behind, such as that of a forgotten `await`, and
 * lets the process live: the calls of others are in it.
 *
 * @param stop called for an error that was thrown where nobody could catch it, after which nobody
 * knows what is half done
 */
export function reportStrayErrors(style: ErrorStyle, stop: () => void): StrayErrors {
  let hasSeen = false
  const report = (what: string, error: unknown): void => {
    hasSeen = true
    void showError(toStrayError(what, error), style)
  }
  process.on('unhandledRejection', (error) => {
    report('A plugin left a promise behind that was rejected. Await it', error)
  })
  process.on('uncaughtException', (error) => {
    report('A plugin left something behind that threw', error)
    stop()
  })
  return { hasSeen: () => hasSeen }
}

function toStrayError(what: string, error: unknown): HoldfastError {
  const reason = error instanceof Error ? error.message : String(error)
  const code = isHoldfastError(error) ? error.code : 'TOOL_FAILED'
  return new HoldfastError(code, `${what}: ${reason}`, { cause: error })
}
