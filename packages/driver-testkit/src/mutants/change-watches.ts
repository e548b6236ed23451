import type { ListedEntry, StorageDriver } from '@holdfast/core'
import { overrideDriver } from './override-driver.ts'

/** What a watch yields. */
export type WatchedState = readonly (ListedEntry | null)[]

/** A driver whose watches yield something else. */
export function changeWatches(
  driver: StorageDriver,
  change: (
    states: AsyncIterable<WatchedState>,
    signal?: AbortSignal,
  ) => AsyncIterable<WatchedState>,
): StorageDriver {
  return overrideDriver(driver, {
    watch: (scope, keys, options) => change(driver.watch(scope, keys, options), options?.signal),
  })
}

/** A driver whose watches leave out some of the states. */
export function filterWatches(
  driver: StorageDriver,
  isYielded: (state: WatchedState, before: WatchedState | undefined) => boolean,
): StorageDriver {
  return changeWatches(driver, async function* (states) {
    let before: WatchedState | undefined
    for await (const state of states) {
      if (isYielded(state, before)) yield state
      before = state
    }
  })
}

/** Which versions a state has, as a word to compare. */
export function versionsOf(state: WatchedState): string {
  return JSON.stringify(state.map((entry) => entry?.version ?? null))
}
