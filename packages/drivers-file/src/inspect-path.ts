import { constants, type Stats } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { applicationId, notHoldfast, schemaVersion, tooNew } from './schema.ts'

/** Length and fields of the header of a SQLite file; see https://sqlite.org/fileformat.html. */
const headerBytes = 100
const magic = 'SQLite format 3\0'
const userVersionOffset = 60
const applicationIdOffset = 68

/**
 * Looks whether a path can hold a store, by reading alone: SQLite may write to a file as soon as it
 * opens it, and what is not ours stays as it is.
 *
 * @throws {@link HoldfastError} `STORE_PARENT_MISSING`, `STORE_IS_DIRECTORY`, `STORE_READ_ONLY`,
 * `STORE_NOT_HOLDFAST`, `STORE_TOO_NEW` or `STORE_UNAVAILABLE`
 */
export async function inspectPath(path: string): Promise<void> {
  await inspectParent(path)
  const stats = await statOrNull(path)
  if (stats === null) return
  if (stats.isDirectory()) {
    throw new HoldfastError(
      'STORE_IS_DIRECTORY',
      `The store ${path} is a directory. Name a file in it, such as ${path}/store.db.`,
      { context: { path } },
    )
  }
  if (!stats.isFile()) throw notHoldfast(path, 'it is no regular file')
  await mustBeWritable(path, stats)
  await inspectHeader(path)
}

async function inspectParent(path: string): Promise<void> {
  const parent = dirname(path)
  const stats = await statOrNull(parent)
  if (stats === null || !stats.isDirectory()) {
    const found = stats === null ? 'does not exist' : 'is not a directory'
    throw new HoldfastError(
      'STORE_PARENT_MISSING',
      `The store ${path} cannot be made: ${parent} ${found}. Make that directory first.`,
      { context: { path } },
    )
  }
  // SQLite makes its log and its lock file beside the store.
  await mustBeWritable(parent, stats)
}

/**
 * Root may write to a file without write permission, but whoever took the permission away meant it
 * to stay as it is; so the mode counts, and not only what the system would let us do.
 */
async function mustBeWritable(path: string, stats: Stats): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
    if ((stats.mode & 0o222) !== 0) return
  } catch (cause) {
    throw readOnly(path, cause)
  }
  throw readOnly(path, undefined)
}

async function inspectHeader(path: string): Promise<void> {
  const header = await readHeader(path)
  // SQLite takes an empty file for a new database, and so do we: a crash while one was made can
  // leave it.
  if (header.length === 0) return
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
    throw notHoldfast(path, 'it does not begin like a SQLite database')
  }
  if (header.readUInt32BE(applicationIdOffset) !== applicationId) {
    throw notHoldfast(path, 'it is a SQLite database of some other application')
  }
  const version = header.readUInt32BE(userVersionOffset)
  if (version > schemaVersion) throw tooNew(path, version)
}

async function readHeader(path: string): Promise<Buffer> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
  return buffer.subarray(0, bytesRead)
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new HoldfastError(
      'STORE_UNAVAILABLE',
      `The store ${path} cannot be looked at: ${String(code)}.`,
      { context: { path }, cause },
    )
  }
}

function readOnly(path: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'STORE_READ_ONLY',
    `${path} may not be written to, and a store writes to its file and makes others beside it. Give its user permission to read and write.`,
    { context: { path }, cause },
  )
}
