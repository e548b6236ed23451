import type { DatabaseSync } from 'node:sqlite'
import { HoldfastError } from '@holdfast/core'

/** Stands in the header of every Holdfast file, so that it can be told from any other database. */
export const applicationId = 0x484f4c44

/** The newest layout that this code reads and writes. It stands in the file's `user_version`. */
export const schemaVersion = 2

/**
 * How to come from the version before to each version. `value` is the last column, so that reading
 * the others never touches the overflow pages of a large value. `bytes` is what an entry counts
 * for; the counters of `scopes` include entries that have expired but are not yet swept, and the
 * index tells how much those are.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    plugin TEXT NOT NULL,
    store TEXT NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    UNIQUE (workspace, plugin, store)
  ) STRICT;
  CREATE TABLE entries (
    scope INTEGER NOT NULL,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    version TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER,
    content_type TEXT,
    value BLOB NOT NULL,
    UNIQUE (scope, key)
  ) STRICT;
  CREATE INDEX entries_by_expiry ON entries (scope, expires_at, bytes)
    WHERE expires_at IS NOT NULL;
  `,
  // Values too large for one row. Chunks are found by the index that makes them unique; each but
  // the last of a stream has the same size, so that a range needs no more than its own.
  `
  ALTER TABLE entries ADD COLUMN stream TEXT;
  CREATE TABLE streams (
    id TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    lease_until INTEGER
  ) STRICT;
  CREATE TABLE chunks (
    stream TEXT NOT NULL,
    position INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (stream, position)
  ) STRICT;
  CREATE INDEX streams_by_state ON streams (state);
  CREATE INDEX entries_by_stream ON entries (scope, stream) WHERE stream IS NOT NULL;
  `,
]

/**
 * Brings an open database to {@link schemaVersion}. Of several processes that do so at once, one
 * does the work and the others find it done.
 *
 * @throws {@link HoldfastError} `STORE_TOO_NEW` or `STORE_NOT_HOLDFAST`, with nothing changed
 */
export function migrate(database: DatabaseSync): void {
  const found = readVersion(database)
  refuseForeign(database, found)
  for (const [index, statements] of migrations.entries()) {
    if (index >= found) database.exec(statements)
  }
  if (found < schemaVersion) {
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
  }
}

/** Whether there is nothing to migrate. */
export function isUpToDate(database: DatabaseSync): boolean {
  return readVersion(database) === schemaVersion && readApplicationId(database) === applicationId
}

/** The error of a file that a newer Holdfast has written. */
export function tooNew(path: string, version: number): HoldfastError {
  return new HoldfastError(
    'STORE_TOO_NEW',
    `The store ${path} has schema version ${version}, and this Holdfast knows versions up to ${schemaVersion}. Run the newer Holdfast that wrote it. The file was left as it is.`,
    { context: { path, found: version, supported: schemaVersion } },
  )
}

/** The error of a file that is something else. */
export function notHoldfast(path: string, what: string): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_HOLDFAST',
    `The file ${path} is not a Holdfast store: ${what}. Name another path. The file was left as it is.`,
    { context: { path } },
  )
}

function refuseForeign(database: DatabaseSync, version: number): void {
  const path = database.location() ?? ''
  if (version > schemaVersion) throw tooNew(path, version)
  const id = readApplicationId(database)
  if (id === applicationId) return
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (id === 0 && version === 0 && isEmpty) return
  throw notHoldfast(path, 'it is a SQLite database of some other application')
}

function readApplicationId(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA application_id').get()?.['application_id'])
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
}
