import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** How often it is looked whether processes are gone, and for how long, in milliseconds. */
const lookEveryMs = 5
const longestEndMs = 20_000

/** A process and those that it has started itself. */
export function withChildren(pid: number): readonly number[] {
  const others = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return [pid, ...others.filter((other) => parentOf(other) === pid)]
}

/** Resolves when none of the processes is left. */
export async function allGone(processes: readonly number[]): Promise<void> {
  const until = performance.now() + longestEndMs
  while (processes.some((pid) => parentOf(pid) !== null)) {
    if (performance.now() > until) throw new Error('Processes of PostgreSQL did not end.')
    await setTimeout(lookEveryMs)
  }
}

/** Sends a signal to processes, of which some may have ended. */
export function signalAll(processes: readonly number[], name: NodeJS.Signals): void {
  for (const pid of processes) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function parentOf(pid: number): number | null {
  try {
    // The name of the program, which may hold anything, is in brackets.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null
  }
}
