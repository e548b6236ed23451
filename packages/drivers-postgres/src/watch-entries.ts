import type { ListedEntry, Version } from '@holdfast/core'

/** How to look at the entries that are watched. */
export interface WatchedEntries {
  readonly read: () => Promise<readonly (ListedEntry | null)[]>
  readonly versions: () => Promise<readonly (Version | null)[]>
  /** Resolves when it is time to look again. */
  readonly pause: () => Promise<void>
}

/** Yields entries as they are, and again whenever the version of one is another. */
export async function* watchEntries(
  { read, versions, pause }: WatchedEntries,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly (ListedEntry | null)[], void> {
  let seen: readonly (Version | null)[] | undefined
  const isOver = (): boolean => signal?.aborted === true
  while (!isOver()) {
    if (seen === undefined || isOther(seen, await versions())) {
      const entries = await read()
      seen = entries.map((entry) => entry?.version ?? null)
      yield entries
    }
    await pause()
  }
}

function isOther(left: readonly (Version | null)[], right: readonly (Version | null)[]): boolean {
  return left.some((version, index) => version !== right[index])
}
