import { HoldfastError, type StorageKey, type StoreName } from '@holdfast/core'
import { asyncContext } from './async-context.ts'
import type { PluginStorage } from './plugin-storage.ts'

/** The function of an update while it runs, for the code that it calls. */
export interface RunningChange {
  readonly storage: PluginStorage
  readonly store: StoreName
  readonly key: StorageKey
  /** What it has left behind is not inside it any more. */
  hasEnded: boolean
}

/** Runs the function of an update of a key. */
export async function runChange<Result>(
  storage: PluginStorage,
  store: StoreName,
  key: StorageKey,
  change: () => Promise<Result>,
): Promise<Result> {
  const running: RunningChange = { storage, store, key, hasEnded: false }
  try {
    return await asyncContext.changes.run([...runningChanges(), running], change)
  } finally {
    running.hasEnded = true
  }
}

/** The functions of updates that the running code was called from, the outermost first. */
export function runningChanges(): readonly RunningChange[] {
  const changes = asyncContext.changes.getStore() ?? []
  return changes.filter(({ hasEnded }) => !hasEnded)
}

/**
 * Refuses that the function of an update writes the key of the update by itself: the update would
 * lose its race against it, try again, lose again, and so on.
 *
 * @throws {@link HoldfastError} `NESTED_UPDATE`
 */
export function refuseNested(
  storage: PluginStorage,
  store: StoreName,
  keys: readonly StorageKey[],
): void {
  const nested = runningChanges().find(
    (change) => change.storage === storage && change.store === store && keys.includes(change.key),
  )
  if (nested === undefined) return
  throw new HoldfastError(
    'NESTED_UPDATE',
    `The function of an update of ${JSON.stringify(nested.key)} writes this key by itself, so the update could never succeed. Return the new value from the function instead. Nothing was written.`,
    { context: { store, key: nested.key } },
  )
}
