import { execFileSync } from 'node:child_process'
import { chown, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whom to start a process as, as `spawn` takes it. */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

/** Whom to start a server as that refuses to run as root: the user of this process if it is not. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {}
  return idsOf('postgres') ?? idsOf('nobody') ?? {}
}

/** Makes a temporary folder that belongs to the {@link serverUser}. */
export async function makeServerFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  const { uid, gid } = serverUser()
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid)
  return folder
}

function idsOf(name: string): ServerUser | null {
  try {
    return { uid: idOf(name, '-u'), gid: idOf(name, '-g') }
  } catch {
    return null
  }
}

function idOf(name: string, flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
}
