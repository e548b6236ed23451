import type { ChildProcess } from 'node:child_process'

/**
 * Resolves when a process has ended, however. A failure to start or to kill it, and that a signal
 * has killed it, are no errors here.
 */
export function whenClosed(child: ChildProcess): Promise<void> {
  child.on('error', () => undefined)
  return new Promise((resolve) => {
    child.once('close', () => resolve())
  })
}
