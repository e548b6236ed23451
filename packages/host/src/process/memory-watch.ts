import { readFileSync } from 'node:fs'
import { innermostProcess } from '../launch/innermost-process.ts'

/** How often the memory of processes is looked at, in milliseconds. */
const everyMs = 250
const pageBytes = 4_096

/** Calls back regularly until it is stopped; it keeps no process alive. */
export function watchMemory(look: () => void): () => void {
  const timer = setInterval(look, everyMs).unref()
  return () => clearInterval(timer)
}

/**
 * The memory that a process holds by itself, without what it shares with others, such as the code of
 * Node; in bytes, 0 where that cannot be told.
 *
 * @param pid of the process, or of the sandbox around it
 */
export function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0
  try {
    const file = `/proc/${innermostProcess(pid)}/statm`
    const [, resident = '0', shared = '0'] = readFileSync(file, 'latin1').split(' ')
    return (Number(resident) - Number(shared)) * pageBytes
  } catch {
    // It is gone, or this is no Linux.
    return 0
  }
}
