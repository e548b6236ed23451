import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What every process of a plugin begins with. */
export interface GuestScript {
  /** The script. */
  readonly path: string
  /** What it reads. */
  readonly readPaths: readonly string[]
  /** Removes it, if it was made for this host. */
  remove(): Promise<void>
}

/**
 * Finds the script of the runtime in plugins' processes, which is built beside this file. Where this
 * runs from its source, as it does in development, it is bundled from there.
 */
export async function findGuestScript(): Promise<GuestScript> {
  if (!import.meta.url.endsWith('.ts')) {
    const folder = fileURLToPath(new URL('../guest-files/', import.meta.url))
    return toGuestScript(folder, ['runtime.cjs', 'runtime.cache'], () => Promise.resolve())
  }
  const { bundleGuest } = await import('../build/bundle-guest.ts')
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-guest-'))
  // Processes of plugins may run as other users.
  await chmod(folder, 0o755)
  for (const { name, contents } of await bundleGuest()) {
    await writeFile(join(folder, name), contents, { mode: 0o644 })
  }
  return toGuestScript(folder, ['runtime.cjs'], () => rm(folder, { recursive: true, force: true }))
}

function toGuestScript(
  folder: string,
  names: readonly string[],
  remove: GuestScript['remove'],
): GuestScript {
  const readPaths = names.map((name) => join(folder, name))
  return { path: join(folder, 'guest.cjs'), readPaths, remove }
}
