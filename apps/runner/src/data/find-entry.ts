import {
  type Entry,
  type EntryMetadata,
  type EntryStream,
  HoldfastError,
  type StorageKey,
} from '@holdfast/core'
import { parseKey, type Target } from './target.ts'

/**
 * Reads an entry that must be there.
 *
 * @throws {@link HoldfastError} `INVALID_KEY`, `KEY_NOT_FOUND`, `VALUE_TOO_LARGE`
 */
export async function findEntry(target: Target, text: string, signal: AbortSignal): Promise<Entry> {
  const { driver, scope } = target
  const key = parseKey(scope.store, text)
  const [entry = null] = await driver.get(scope, [key], { signal })
  return orNotFound(target, key, entry)
}

/**
 * Reads all of an entry that must be there but its value, however large that is.
 *
 * @throws {@link HoldfastError} `INVALID_KEY`, `KEY_NOT_FOUND`
 */
export async function findMetadata(
  target: Target,
  text: string,
  signal: AbortSignal,
): Promise<EntryMetadata> {
  const { driver, scope } = target
  const key = parseKey(scope.store, text)
  // The first key with this prefix, in order, is the key itself if it is there.
  const query = { prefix: key, cursor: null, limit: 1, keysOnly: true }
  const { entries } = await driver.list(scope, query, { signal })
  const { value: _none, ...metadata } = orNotFound(
    target,
    key,
    entries.find((entry) => entry.key === key) ?? null,
  )
  return metadata
}

/**
 * Opens the value of an entry that must be there, however large it is, where the store can.
 *
 * @throws {@link HoldfastError} `INVALID_KEY`, `KEY_NOT_FOUND`
 */
export async function openValue(
  target: Target,
  text: string,
  signal: AbortSignal,
): Promise<EntryStream['body']> {
  const { driver, scope } = target
  if (driver.capabilities.maxStreamBytes === 0) {
    const { value } = await findEntry(target, text, signal)
    return ReadableStream.from([value])
  }
  const key = parseKey(scope.store, text)
  return orNotFound(target, key, await driver.readStream(scope, key, null, { signal })).body
}

function orNotFound<Found>({ scope }: Target, key: StorageKey, found: Found | null): Found {
  if (found !== null) return found
  throw new HoldfastError(
    'KEY_NOT_FOUND',
    `There is no key ${JSON.stringify(key)} in ${scope.store} of the plugin "${scope.plugin}" in the workspace "${scope.workspace}". "holdfast data ls" lists what there is.`,
    { context: { ...scope, key } },
  )
}
