import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LaunchEnvironment } from './launch-environment.ts'
import type { LaunchRequest } from './launch-plan.ts'

const readByOthers = 0o004
const enteredByOthers = 0o001

/** A file or folder that is closed to others, and the mode that opens it. */
export interface ClosedPath {
  readonly path: string
  /** For `chmod`. */
  readonly mode: 'o+x' | 'o+rX'
}

/**
 * Looks whether a plugin's process will be able to read what it needs, where it runs as a user of its
 * own.
 *
 * @returns the first that is closed to it; `null` where nothing is
 */
export async function findClosedPath(
  { nodePath, guestPath, readPaths }: LaunchRequest,
  { users }: LaunchEnvironment,
): Promise<ClosedPath | null> {
  if (users === null) return null
  const seen = new Set<string>()
  for (const path of [nodePath, guestPath, ...readPaths]) {
    if (!(await isOpen(path, readByOthers, seen))) return { path, mode: 'o+rX' }
    for (let folder = dirname(path); !seen.has(folder); folder = dirname(folder)) {
      if (!(await isOpen(folder, enteredByOthers, seen))) return { path: folder, mode: 'o+x' }
    }
  }
  return null
}

async function isOpen(path: string, bit: number, seen: Set<string>): Promise<boolean> {
  seen.add(path)
  const stats = await stat(path)
  const needed = bit === readByOthers && stats.isDirectory() ? bit | enteredByOthers : bit
  return (stats.mode & needed) === needed
}
