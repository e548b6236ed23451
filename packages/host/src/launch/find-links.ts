import { readlinkSync } from 'node:fs'
import { isWithin } from './is-within.ts'

/** Paths, told apart by what is there. */
export interface PathsAndLinks {
  /** Files and folders. */
  readonly readPaths: readonly string[]
  /** What symbolic links say, by their path. */
  readonly links: ReadonlyMap<string, string>
}

/** Tells symbolic links from what they may lead to, and leaves out links that lie in a folder. */
export function findLinks(paths: readonly string[]): PathsAndLinks {
  const targets = paths.map((path) => [path, readLink(path)] as const)
  const readPaths = targets.filter(([, target]) => target === null).map(([path]) => path)
  const links = targets.flatMap(([path, target]) => (target === null ? [] : [{ path, target }]))
  const loose = links.filter(({ path }) => !readPaths.some((folder) => isWithin(path, folder)))
  return { readPaths, links: new Map(loose.map(({ path, target }) => [path, target])) }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
