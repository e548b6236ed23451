import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whose preferences the demo keeps. */
export const user = 'ada@example.com'

/** What the conversation of the demo is called. */
export const conversation = 'demo'

/** The service that the vault keeps a token for. */
export const service = 'github'

/** Another theme in each run. */
export function themeOf(run: number): string {
  return run % 2 === 1 ? 'dark' : 'light'
}

/** The largest text of the repository, which takes a while to compress. */
export function readLargeText(root: string): Promise<string> {
  return readFile(join(root, 'pnpm-lock.yaml'), 'utf8')
}

/** The files to keep: the pictures of the documentation, and the first page. */
export function filesToKeep(root: string): readonly string[] {
  const pictures = globSync('docs/**/*.{gif,jpg,png,svg,webp}', { cwd: root }).toSorted()
  return [...pictures, 'README.md']
}

/** The path of the endpoint where a run keeps a file. */
export function pathOf(run: number, file: string): string {
  return `/files/run-${run}/${file.split('/').map(encodeURIComponent).join('/')}`
}
