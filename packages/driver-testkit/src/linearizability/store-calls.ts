import {
  type CallOptions,
  type Commit,
  isHoldfastError,
  parsePluginId,
  parseVersion,
  parseWorkspaceId,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import type { ReadMethod, WriteMethod } from './operation-method.ts'

const target: PluginScope = {
  workspace: parseWorkspaceId('linearizability'),
  plugin: parsePluginId('workload'),
}
const scope: Scope = { ...target, store: 'storage' }

/** What a workload looks at of an entry; the value as text. */
export interface ReadEntry {
  readonly version: Version
  readonly value: string
}

/** An entry to write, in place of the version that is expected; `undefined` for whatever there is. */
export interface WriteEntry extends ReadEntry {
  readonly key: StorageKey
  readonly expected: Version | null | undefined
}

/** Whether a write was done, or else which version its check met. */
export type WriteResult =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly current: Version | null }

/** Reads a key by one of the calls that can. */
export async function readEntry(
  driver: StorageDriver,
  key: StorageKey,
  by: ReadMethod,
): Promise<ReadEntry | null> {
  switch (by) {
    case 'get':
      return toReadEntry((await driver.get(scope, [key]))[0])
    case 'list':
      return toReadEntry(await findByList(driver, key))
    case 'readStream': {
      const stream = await driver.readStream(scope, key, null)
      if (stream === null) return null
      const value = Buffer.concat(await Array.fromAsync(stream.body))
      return toReadEntry({ ...stream.metadata, value })
    }
    case 'watch':
      for await (const [entry] of driver.watch(scope, [key])) return toReadEntry(entry)
      throw new Error('The watch ended before it had yielded anything.')
  }
}

/** The first key with a prefix, in order, is the prefix itself if that is there. */
async function findByList(driver: StorageDriver, key: StorageKey): Promise<FoundEntry | null> {
  const query = { prefix: key, limit: 1, keysOnly: false }
  let page = await driver.list(scope, { ...query, cursor: null })
  while (page.entries.length === 0 && page.cursor !== null) {
    page = await driver.list(scope, { ...query, cursor: page.cursor })
  }
  const [entry] = page.entries
  return entry?.key === key ? entry : null
}

/** Writes a key by one of the calls that can. */
export async function writeEntry(
  driver: StorageDriver,
  { key, version, value, expected }: WriteEntry,
  by: WriteMethod,
  options: CallOptions | undefined,
): Promise<WriteResult> {
  const bytes = new TextEncoder().encode(value)
  const entry = { key, version, expiresAt: null, contentType: null }
  if (by === 'commit') {
    const puts = [{ ...entry, store: scope.store, value: bytes }]
    const commit = toCommit(key, expected, { puts })
    return await resultOf(driver.commit(target, commit, options))
  }
  const put = { ...entry, expected, quota: null, body: halvesOf(bytes) }
  return await resultOf(driver.writeStream(scope, put, options))
}

/** Deletes a key. */
export async function deleteEntry(
  driver: StorageDriver,
  key: StorageKey,
  expected: Version | null,
  options: CallOptions | undefined,
): Promise<WriteResult> {
  const commit = toCommit(key, expected, { deletes: [{ store: scope.store, key }] })
  return await resultOf(driver.commit(target, commit, options))
}

function toCommit(
  key: StorageKey,
  expected: Version | null | undefined,
  change: Partial<Commit>,
): Commit {
  const checks = expected === undefined ? [] : [{ store: scope.store, key, version: expected }]
  return { checks, puts: [], deletes: [], quota: null, ...change }
}

async function resultOf(write: Promise<void>): Promise<WriteResult> {
  try {
    await write
    return { isDone: true }
  } catch (error) {
    if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
    const { current } = error.context
    return { isDone: false, current: typeof current === 'string' ? parseVersion(current) : null }
  }
}

async function* halvesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  const middle = Math.floor(bytes.length / 2)
  yield bytes.slice(0, middle)
  yield bytes.slice(middle)
}

interface FoundEntry {
  readonly version: Version
  readonly value: Uint8Array | null
}

function toReadEntry(entry: FoundEntry | null | undefined): ReadEntry | null {
  if (!entry) return null
  return { version: entry.version, value: new TextDecoder().decode(entry.value ?? undefined) }
}
