import type { EpochMs } from './entry.ts'
import type { ListedEntry } from './list-query.ts'
import type { Version } from './version.ts'

/** How to look at the entries that are watched. */
export interface WatchedEntries {
  /** The entries as they are now. */
  readonly read: () => Awaitable<readonly (ListedEntry | null)[]>
  /** The versions alone, which cost less than the values. */
  readonly versions: () => Awaitable<readonly (Version | null)[]>
  readonly changes: WatchedChanges
}

/** Tells when to look again. A {@link ChangeSignal} is one, for a store that tells cheaply. */
export interface WatchedChanges {
  /** Names the state of the store. It is taken before the store is read. */
  current(): number
  /**
   * Resolves when it is time to look: when the store may no longer be in `state`, when `wakeAt` has
   * come, at which an entry expires, or when the signal aborts. It may resolve for nothing.
   */
  after(state: number, wakeAt: EpochMs | null, signal: AbortSignal | undefined): Promise<void>
}

type Awaitable<Value> = Value | Promise<Value>

/**
 * Yields entries as they are, and again whenever the version of one is another, until the signal
 * aborts: what `watch` of a driver is, for a store that tells cheaply whether it has changed, or is
 * asked from time to time.
 */
export async function* watchEntries(
  { read, versions, changes }: WatchedEntries,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly (ListedEntry | null)[], void> {
  let seen: readonly (Version | null)[] | undefined
  let wakeAt: number | null = null
  const isOver = (): boolean => signal?.aborted === true
  while (!isOver()) {
    const state = changes.current()
    if (seen === undefined || isOther(seen, await versions())) {
      const entries = await read()
      if (isOver()) return
      seen = entries.map((entry) => entry?.version ?? null)
      wakeAt = earliestExpiry(entries)
      yield entries
    }
    await changes.after(state, wakeAt, signal)
  }
}

function isOther(left: readonly (Version | null)[], right: readonly (Version | null)[]): boolean {
  return left.some((version, index) => version !== right[index])
}

function earliestExpiry(entries: readonly (ListedEntry | null)[]): number | null {
  const times = entries.flatMap((entry) => entry?.expiresAt ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
