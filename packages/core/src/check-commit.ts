import type { Capabilities } from './capabilities.ts'
import type { Commit } from './commit.ts'
import type { EpochMs } from './entry.ts'
import { HoldfastError } from './holdfast-error.ts'
import { MisuseError } from './misuse-error.ts'
import type { StoreName } from './scope.ts'
import type { StorageKey } from './storage-key.ts'

/**
 * Holds a commit against the limits of a driver, before the driver sees it.
 *
 * @throws {@link HoldfastError} `VALUE_TOO_LARGE` or `COMMIT_TOO_LARGE`
 * @throws {@link MisuseError} `INVALID_ARGUMENT` when a key is changed twice
 */
export function checkCommit(commit: Commit, capabilities: Capabilities): void {
  const { checks, puts, deletes } = commit
  if (checks.length > capabilities.maxCommitEntries) {
    throw commitTooLarge(`${capabilities.maxCommitEntries} keys`, `${checks.length} keys`, 'checks')
  }
  const entries = puts.length + deletes.length
  if (entries > capabilities.maxCommitEntries) {
    throw commitTooLarge(`${capabilities.maxCommitEntries} keys`, `${entries} keys`)
  }
  let bytes = 0
  for (const { key, value, expiresAt } of puts) {
    checkExpiry(key, expiresAt)
    if (value.byteLength > capabilities.maxValueBytes) {
      throw valueTooLarge(key, value.byteLength, capabilities.maxValueBytes)
    }
    bytes += value.byteLength
  }
  if (bytes > capabilities.maxCommitBytes) {
    throw commitTooLarge(`${capabilities.maxCommitBytes} bytes`, `${bytes} bytes`)
  }
  if (entries > 1) refuseDuplicates([...puts, ...deletes])
}

/**
 * Refuses a time that is none, which every database would take for something else.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT`
 */
export function checkExpiry(key: StorageKey, expiresAt: EpochMs | null): void {
  if (expiresAt === null || Number.isSafeInteger(expiresAt)) return
  throw new MisuseError(
    'INVALID_ARGUMENT',
    `An entry expires at a whole number of milliseconds since 1970, or never, which is null; for ${JSON.stringify(key)} it is ${String(expiresAt)}.`,
    { context: { key } },
  )
}

function refuseDuplicates(
  changes: readonly { readonly store: StoreName; readonly key: StorageKey }[],
): void {
  const seen = { storage: new Set<StorageKey>(), persistent_store: new Set<StorageKey>() }
  for (const { store, key } of changes) {
    if (seen[store].has(key)) {
      throw new MisuseError(
        'INVALID_ARGUMENT',
        `One commit changes a key once; it has two changes of ${JSON.stringify(key)} in ${store}.`,
        { context: { store, key } },
      )
    }
    seen[store].add(key)
  }
}

function valueTooLarge(key: StorageKey, size: number, maxValueBytes: number): HoldfastError {
  return new HoldfastError(
    'VALUE_TOO_LARGE',
    `A value given whole has at most ${maxValueBytes} bytes; the one for ${JSON.stringify(key)} has ${size}. Nothing was written. Larger bytes are written as a stream.`,
    { context: { key, size, maxValueBytes } },
  )
}

function commitTooLarge(most: string, got: string, verb = 'changes'): HoldfastError {
  return new HoldfastError(
    'COMMIT_TOO_LARGE',
    `One commit ${verb} at most ${most}; this one has ${got}. Nothing was written. Split it up.`,
  )
}
