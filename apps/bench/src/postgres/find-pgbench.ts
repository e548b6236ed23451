import { accessSync, constants, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SkipRow } from '../bench-error.ts'

/** Debian's command of that name is a script that looks for the newest of these. */
const debian = '/usr/lib/postgresql/*/bin/pgbench'

/**
 * The path of pgbench.
 *
 * @throws {@link SkipRow} where there is none
 */
export function findPgbench(): string {
  const byMajor = globSync(debian).toSorted((one, other) => majorOf(other) - majorOf(one))
  const inPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'pgbench'))
  const program = [...byMajor, ...inPath].find(isExecutable)
  if (program !== undefined) return program
  throw new SkipRow(
    `there is no pgbench in PATH and no ${debian}. Install it: on Debian it comes with postgresql.`,
  )
}

function majorOf(path: string): number {
  return Number.parseInt(path.split('/')[4] ?? '', 10)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
