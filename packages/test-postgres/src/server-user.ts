import { execFileSync } from 'node:child_process'

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
