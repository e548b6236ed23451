import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { LaunchEnvironment } from './launch-environment.ts'
import type { LaunchRequest } from './launch-plan.ts'

const readByOthers = 0o004
const enteredByOthers = 0o001

/**
 * Makes sure that a plugin's process will be able to read what it needs, where it runs as a user of
 * its own.
 *
 * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, naming the file or folder that is closed to
 * others, and what opens it
 */
export async function assertReadable(
  { nodePath, guestPath, readPaths }: LaunchRequest,
  { users }: LaunchEnvironment,
): Promise<void> {
  if (users === null) return
  const seen = new Set<string>()
  for (const path of [nodePath, guestPath, ...readPaths]) {
    await assertOpen(path, readByOthers, seen)
    for (let folder = dirname(path); !seen.has(folder); folder = dirname(folder)) {
      await assertOpen(folder, enteredByOthers, seen)
    }
  }
}

async function assertOpen(path: string, bit: number, seen: Set<string>): Promise<void> {
  seen.add(path)
  const stats = await stat(path)
  const needed = bit === readByOthers && stats.isDirectory() ? bit | enteredByOthers : bit
  if ((stats.mode & needed) === needed) return
  const permission = needed === enteredByOthers ? 'o+x' : 'o+rX'
  throw new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `A host that root starts runs plugins as users of their own, and these cannot read what they need: ${path} is closed to them. Open it by "chmod ${permission} ${path}", move it elsewhere, or start the host as another user than root.`,
    { context: { path } },
  )
}
