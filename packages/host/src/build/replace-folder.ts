import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Puts a folder in the place of another one, or of none: whole, or not at all.
 *
 * @param directory absolute
 * @param fill writes the new content into the folder that it is given, which is empty
 * @returns what `fill` does
 */
export async function replaceFolder<Result>(
  directory: string,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true })
  const work = await mkdtemp(join(parent, `.${basename(directory)}-`))
  try {
    const [next, last] = [join(work, 'next'), join(work, 'last')]
    await mkdir(next)
    const result = await fill(next)
    const hadOne = await moveIfThere(directory, last)
    try {
      await rename(next, directory)
    } catch (error) {
      if (hadOne) await rename(last, directory)
      throw error
    }
    return result
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
