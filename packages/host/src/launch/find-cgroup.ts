import { access, constants, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Where the kernel shows control groups. */
export interface CgroupFiles {
  /** The groups of this process. */
  readonly ownGroups: string
  /** Where the groups of version 2 are mounted. */
  readonly mount: string
}

const systemFiles: CgroupFiles = { ownGroups: '/proc/self/cgroup', mount: '/sys/fs/cgroup' }

/**
 * Finds a folder of cgroup v2 in which the host may make groups with bounds of memory and of
 * processes: beside its own group or below it, whichever was delegated to it.
 *
 * @returns its path, or `null` where there is none
 */
export async function findCgroup(files: CgroupFiles = systemFiles): Promise<string | null> {
  const groups = await readOrEmpty(files.ownGroups)
  const path = /^0::(?<path>\/.*)$/m.exec(groups)?.groups?.['path']
  if (path === undefined) return null
  const own = join(files.mount, path)
  const candidates = path === '/' ? [own] : [dirname(own), own]
  for (const folder of candidates) {
    if (await canLimit(folder)) return folder
  }
  return null
}

async function canLimit(folder: string): Promise<boolean> {
  const controllers = (await readOrEmpty(join(folder, 'cgroup.subtree_control'))).split(/\s+/)
  if (!controllers.includes('memory') || !controllers.includes('pids')) return false
  // Both: to make a group, and to move a process out of the host's.
  return (await isWritable(folder)) && (await isWritable(join(folder, 'cgroup.procs')))
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return ''
  }
}
