import { globSync } from 'node:fs'
import { join } from 'node:path'

/** Whose preferences the demo keeps. */
export const user = 'ada@example.com'

/** What the conversation of the demo is called. */
export const conversation = 'demo'

/** The service that the vault keeps a token for. */
export const service = 'github'

/** What the crawl begins with; it follows the links from there. */
export const firstPage = 'README.md'

/** Another theme in each run. */
export function themeOf(run: number): string {
  return run % 2 === 1 ? 'dark' : 'light'
}

/** The largest text of the repository, which takes a while to compress. */
export function largeFile(root: string): string {
  return join(root, 'pnpm-lock.yaml')
}

/** The files to keep: the pictures of the documentation, and the first page. */
export function filesToKeep(root: string): readonly string[] {
  const pictures = globSync('docs/**/*.{gif,jpg,png,svg,webp}', { cwd: root }).toSorted()
  return [...pictures, firstPage]
}

/** The name that a run keeps a file under. */
export function nameOf(run: number, file: string): string {
  return `run-${run}/${file}`
}
