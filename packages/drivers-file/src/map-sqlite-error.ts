import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/core'

/** Primary result codes of SQLite, see https://sqlite.org/rescode.html, and what they are to us. */
const codes: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  5: ['STORE_BUSY', 'is locked by another process, for longer than we wait. Try again'],
  6: ['STORE_BUSY', 'is locked. Try again'],
  8: ['STORE_READ_ONLY', 'may not be written to. Give its user permission to read and write'],
  10: ['STORE_UNAVAILABLE', 'could not be read or written: the disk reported an error'],
  11: [
    'STORE_CORRUPT',
    'is damaged: its pages contradict one another. Restore it from a backup, or save what "sqlite3 FILE .recover" can read',
  ],
  13: ['STORE_FULL', 'cannot grow: the disk is full. Free some space'],
  14: ['STORE_UNAVAILABLE', 'cannot be opened. Look at the permissions of it and its directory'],
  26: [
    'STORE_CORRUPT',
    'is damaged: its header is not that of a database. Restore it from a backup',
  ],
}

/** Extended code of a write to a store whose file was moved or replaced under us. */
const readOnlyDatabaseMoved = 1032

/**
 * Makes an error of SQLite one of Holdfast; leaves every other error as it is.
 *
 * @param path of the store, for the message
 */
export function mapSqliteError(error: unknown, path: string): unknown {
  if (isHoldfastError(error)) return error
  const errorCode = sqliteCode(error)
  if (errorCode === undefined) return error
  if (errorCode === readOnlyDatabaseMoved) return storeMoved(path, error)
  const known = codes[errorCode & 0xff]
  if (known === undefined) return error
  const [code, text] = known
  return new HoldfastError(code, `The store ${path} ${text}.`, {
    context: { path, sqliteCode: errorCode },
    cause: error,
  })
}

/** The error of a store that is not in its place any more. */
export function storeMoved(path: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_UNAVAILABLE',
    `The store ${path} was moved, replaced or deleted while it was open. Nothing was written. Put it back, then start again.`,
    { context: { path }, cause },
  )
}

/** The extended result code of SQLite that an error carries, if it is one of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}
