import { watchEntries as watchChanges, type WatchedEntries as Watched } from '@holdfast/core'

/** How to look at the entries that are watched. */
export interface WatchedEntries extends Pick<Watched, 'read' | 'versions'> {
  /** Resolves when it is time to look again. */
  readonly pause: () => Promise<void>
}

/** Yields entries as they are, and again whenever the version of one is another. */
export function watchEntries(
  { read, versions, pause }: WatchedEntries,
  signal: AbortSignal | undefined,
): ReturnType<typeof watchChanges> {
  // What others write, no state of this process tells: only a look does.
  return watchChanges({ read, versions, changes: { current: () => 0, after: pause } }, signal)
}
