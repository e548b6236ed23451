import { mkdirSync, writeFileSync } from 'node:fs'
import { rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Bounds of all that runs in a control group together. */
export interface CgroupLimits {
  readonly memoryBytes: number
  /** Processes and threads. */
  readonly maxTasks: number
}

/** A control group of one sandbox. */
export class Cgroup {
  /** To be named in the request of a launch. */
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Ends all that is still in it, and removes it. */
  async remove(): Promise<void> {
    // Kernels before 5.14 have none.
    await writeFile(join(this.path, 'cgroup.kill'), '1', { flag: 'r+' }).catch(() => undefined)
    for (let attempt = 1; ; attempt++) {
      try {
        await rmdir(this.path)
        return
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return
        if (codeOf(error) !== 'EBUSY' || attempt === maxAttempts) throw error
        // What was killed is on its way out, and the kernel does not say when it has gone.
        await delay(5 * attempt)
      }
    }
  }
}

const maxAttempts = 20

/**
 * Makes a control group with bounds. The files are the kernel's, so that nothing waits for a disk.
 *
 * @param parent as `findCgroup` found it
 * @param name that no other group of the host has
 */
export function makeCgroup(
  parent: string,
  name: string,
  { memoryBytes, maxTasks }: CgroupLimits,
): Cgroup {
  const path = join(parent, `holdfast-${process.pid}-${name}`)
  // One that an earlier host left behind serves as well.
  mkdirSync(path, { recursive: true })
  const set = (file: string, value: number): void => writeFileSync(join(path, file), String(value))
  set('memory.max', memoryBytes)
  set('pids.max', maxTasks)
  try {
    // All of a sandbox or nothing: half of one is of no use.
    set('memory.oom.group', 1)
    set('memory.swap.max', 0)
  } catch {
    // An old kernel, or one that counts no swap, has no such file.
  }
  return new Cgroup(path)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
