import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

/** Where packages keep the addons that are found when they run, and where a bundle's are found. */
const addonFolders = [`prebuilds/${process.platform}-${process.arch}`, 'build/Release']

/**
 * Reads the native addons of the packages of some files, for this platform.
 *
 * @returns them by their place in the package, which is where they are looked for beside the bundle
 */
export async function readFoundAddons(
  files: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const packages = new Set(files.map(findPackage))
  const addons = new Map<string, Uint8Array>()
  for (const directory of packages) {
    for (const folder of addonFolders) {
      const names = await readdir(join(directory, folder)).catch(() => [])
      for (const name of names.filter((file) => file.endsWith('.node'))) {
        addons.set(join(folder, name), await readFile(join(directory, folder, name)))
      }
    }
  }
  return addons
}

/** The folder of the package that a file belongs to. */
function findPackage(file: string): string {
  let directory = dirname(file)
  while (!existsSync(join(directory, 'package.json')) && !directory.endsWith(sep)) {
    directory = dirname(directory)
  }
  return directory
}
