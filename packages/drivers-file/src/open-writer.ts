import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isUpToDate, migrate } from './schema.ts'
import { waitForLock } from './wait-for-lock.ts'

/** Where a store is and how long its lock is waited for. */
export interface WriterOptions {
  readonly path: string
  readonly busyTimeoutMs: number
  /** Which file it must be, of a store that was open before. */
  readonly file?: string
}

/**
 * Opens the one connection of a process that writes, and makes the store if there is none.
 *
 * `synchronous=FULL` makes SQLite sync its log before a commit returns: that is what
 * `durability: 'power-loss'` rests on.
 */
export function openWriter(options: WriterOptions): DatabaseSync {
  makePrivate(options.path)
  const database = new DatabaseSync(options.path, {
    timeout: 0,
    enableForeignKeyConstraints: false,
  })
  try {
    database.exec('PRAGMA page_size = 8192')
    database.exec('PRAGMA trusted_schema = OFF')
    database.exec('PRAGMA cell_size_check = ON')
    // A store that is up to date is opened without waiting for whoever writes.
    if (!waitForLock(() => isUpToDate(database), options.busyTimeoutMs)) {
      // One commit with the whole schema, before the log is switched on: a file that was made half
      // is rolled back to an empty one, and its header tells its version without the log.
      transaction(database, options.busyTimeoutMs, () => migrate(database))
    }
    waitForLock(() => database.exec('PRAGMA journal_mode = WAL'), options.busyTimeoutMs)
    database.exec('PRAGMA synchronous = FULL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Runs a change in a transaction of its own, which holds the only right to write from its start. */
function transaction(database: DatabaseSync, busyTimeoutMs: number, run: () => void): void {
  waitForLock(() => database.exec('BEGIN IMMEDIATE'), busyTimeoutMs)
  try {
    run()
    waitForLock(() => database.exec('COMMIT'), busyTimeoutMs)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** What is stored is its owner's: a new file is made for its user alone. SQLite does as it finds it. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there already, or cannot be made, of which SQLite tells.
  }
}
