import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** What Linux tells of a process. */
export interface ProcessState {
  readonly pid: number
  readonly parent: number
  /** One letter, such as S for one that sleeps. */
  readonly state: string
  /** Time of the processor that it has used, in units of the system. */
  readonly ticks: number
}

/** The processes below this one, those that they started included. */
export function processesBelow(pid: number = process.pid): readonly ProcessState[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readState(Number(name)))
  const below = (parent: number): readonly ProcessState[] =>
    all.filter((one) => one.parent === parent).flatMap((child) => [child, ...below(child.pid)])
  return below(pid)
}

/** Nothing for a process that has ended. */
function readState(pid: number): readonly ProcessState[] {
  const stat = readOrNothing(`/proc/${pid}/stat`)
  return stat === null ? [] : [parseStat(stat)]
}

/** @param stat - a line of /proc/PID/stat */
export function parseStat(stat: string): ProcessState {
  // The name of the program, in parentheses, may have any character in it.
  const end = stat.lastIndexOf(')')
  const [state = '', parent, ...rest] = stat.slice(end + 2).split(' ')
  const [userTicks, systemTicks] = rest.slice(9)
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    state,
    ticks: Number(userTicks) + Number(systemTicks),
  }
}

/**
 * Memory of a process in bytes, of what it shares with others its part (PSS). 0 for one that has
 * ended.
 */
export function proportionalMemory(pid: number): number {
  const rollup = readOrNothing(`/proc/${pid}/smaps_rollup`)
  if (rollup === null) return 0
  const kibibytes = /^Pss: +(\d+) kB$/m.exec(rollup)?.[1]
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no Pss.`)
  return Number(kibibytes) * 1_024
}

/**
 * Waits until no process of some does anything any more.
 *
 * @param look - gives those that are there now
 */
export async function whenIdle(
  look: () => readonly ProcessState[],
  idleMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + 20_000
  let before = ''
  for (let since = performance.now(); performance.now() - since < idleMs;) {
    await setTimeout(20, undefined, { signal })
    const now = look()
    const seen = now.map(({ pid, ticks }) => `${pid}:${ticks}`).join()
    if (seen !== before || now.some(({ state }) => state !== 'S')) since = performance.now()
    before = seen
    if (performance.now() > deadline) throw new Error('The processes of plugins are never idle.')
  }
}

function readOrNothing(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}
