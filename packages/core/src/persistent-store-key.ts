import { HoldfastError } from './holdfast-error.ts'
import { quoteOrDescribe } from './quote-or-describe.ts'
import { parseStorageKey, type StorageKey } from './storage-key.ts'

/**
 * Validates a key of `persistent_store`: a {@link StorageKey} without `:` and without `#`.
 *
 * Source: the published constraints of `persistent_store`.
 *
 * @throws {@link MisuseError} `WRONG_TYPE` when it is no string
 * @throws {@link HoldfastError} `INVALID_KEY`
 */
export function parsePersistentStoreKey(value: unknown): StorageKey {
  const key = parseStorageKey(value)
  const forbidden = [':', '#'].find((character) => key.includes(character))
  if (forbidden === undefined) return key
  throw new HoldfastError(
    'INVALID_KEY',
    `A key of persistent_store has no ":" and no "#"; got ${quoteOrDescribe(key)}. Put another character, such as "/" or ".", in place of "${forbidden}".`,
  )
}
