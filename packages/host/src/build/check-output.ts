import { readdir } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import { isHoldfastError } from '@holdfast/core'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { buildFailed } from './build-failed.ts'

/**
 * Refuses to write over what no build made.
 *
 * @param outputDirectory absolute
 * @throws {@link HoldfastError} `BUILD_FAILED`
 */
export async function checkOutput(
  manifest: PluginManifest,
  outputDirectory: string,
): Promise<void> {
  const { directory, entryPath } = manifest
  if ([directory, entryPath].some((path) => isWithin(outputDirectory, path))) {
    throw buildFailed(
      manifest,
      `${outputDirectory} holds what it is built from, and is replaced as a whole. Name another folder with --out-dir.`,
    )
  }
  if (!(await mayBeReplaced(outputDirectory))) {
    throw buildFailed(
      manifest,
      `${outputDirectory} is replaced as a whole, and holds what "holdfast build" did not make. Name another folder with --out-dir, or remove that one.`,
    )
  }
}

async function mayBeReplaced(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return [directory]
    throw error
  })
  if (names.length === 0) return true
  try {
    return (await readManifest(directory)).bundle !== null
  } catch (error) {
    if (isHoldfastError(error)) return false
    throw error
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
