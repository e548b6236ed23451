import { readFileSync } from 'node:fs'

/**
 * Finds the process of a plugin by the one that was started for it: a sandbox has others in between.
 *
 * @param pid of what a `LaunchPlan` started
 * @returns the pid of its last descendant, itself if it has none; `null` where it has ended
 */
export function innermostProcess(pid: number): number | null {
  for (let innermost = pid; ;) {
    try {
      const children = readFileSync(`/proc/${innermost}/task/${innermost}/children`, 'utf8')
      const child = Number.parseInt(children, 10)
      if (Number.isNaN(child)) return innermost
      innermost = child
    } catch {
      return null
    }
  }
}
