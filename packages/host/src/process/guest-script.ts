import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The script that every process of a plugin begins with. */
export interface GuestScript {
  readonly path: string
  /** Removes it, if it was made for this host. */
  remove(): Promise<void>
}

/**
 * Finds the script of the runtime in plugins' processes, which is built beside this file. Where this
 * runs from its source, as it does in development, it is bundled from there.
 */
export async function findGuestScript(): Promise<GuestScript> {
  if (!import.meta.url.endsWith('.ts')) {
    const path = fileURLToPath(new URL('../guest.cjs', import.meta.url))
    return { path, remove: () => Promise.resolve() }
  }
  const { bundleGuest } = await import('../build/bundle-guest.ts')
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-guest-'))
  // Processes of plugins may run as other users.
  await chmod(folder, 0o755)
  const path = join(folder, 'guest.cjs')
  await writeFile(path, await bundleGuest(), { mode: 0o644 })
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}
