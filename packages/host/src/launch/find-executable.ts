import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/**
 * Finds a program of the system.
 *
 * @returns its absolute path, or `null` where there is none
 */
export async function findExecutable(name: string): Promise<string | null> {
  const ofEnvironment = (process.env['PATH'] ?? '').split(delimiter)
  // Services often have no PATH; nobody else can write to these.
  for (const folder of ['/usr/bin', '/bin', '/usr/local/bin', ...ofEnvironment]) {
    if (!folder.startsWith('/')) continue
    const path = join(folder, name)
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      // Look on.
    }
  }
  return null
}
