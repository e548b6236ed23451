import { resolve } from 'node:path'
import { type Clock, manageDriver, MisuseError, type StorageDriver } from '@holdfast/core'
import { FileDriver } from './file-driver.ts'

/** Where the store of a file driver is, and how the driver behaves. */
export interface FileDriverOptions {
  /**
   * The SQLite file, made if it is not there; its directory must be there. Beside it SQLite keeps
   * `-wal` and `-shm` files of the same name while a process has it open. Not on a network disk:
   * SQLite's locks and shared memory do not work there.
   */
  readonly path: string
  /**
   * How long a write waits for another process that is writing, in milliseconds, before it rejects
   * with `STORE_BUSY`. Default 10,000.
   */
  readonly busyTimeoutMs?: number
  /** Where to take the time from. Default `Date.now`. */
  readonly clock?: Clock
}

const defaultBusyTimeoutMs = 10_000

/**
 * Makes the embedded driver: one SQLite file that several processes of one machine may have open at
 * once. A resolved write has been synced to the disk. Nothing is opened until `open()`.
 *
 * `open()` rejects with `STORE_PARENT_MISSING`, `STORE_IS_DIRECTORY`, `STORE_READ_ONLY`,
 * `STORE_NOT_HOLDFAST`, `STORE_TOO_NEW` or `STORE_CORRUPT`, each with the file left as it was.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` for a wrong option
 * @example
 * ```ts
 * await using driver = createFileDriver({ path: '.holdfast/store.db' })
 * await driver.open()
 * ```
 */
export function createFileDriver(options: FileDriverOptions): StorageDriver {
  const { path, busyTimeoutMs = defaultBusyTimeoutMs, clock } = options
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      'The path of a file driver is a file path, not empty.',
    )
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      'busyTimeoutMs is a number of milliseconds, 0 or more.',
    )
  }
  return manageDriver(new FileDriver({ path: resolve(path), busyTimeoutMs }, clock))
}
