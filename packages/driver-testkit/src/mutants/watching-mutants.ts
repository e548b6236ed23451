import { once } from 'node:events'
import type { Commit, ListedEntry, StorageDriver } from '@holdfast/core'
import { changeWatches, filterWatches, versionsOf, type WatchedState } from './change-watches.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'
import { watchStateMutants } from './watch-state-mutants.ts'

export const watchingMutants: readonly Mutant[] = [
  {
    name: 'begins a watch with the first change',
    caughtBy: ['watching.first'],
    wrap: (driver) => filterWatches(driver, (_, before) => before !== undefined),
  },
  {
    name: 'leaves out of a watch the keys that are absent',
    caughtBy: ['watching.first'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        for await (const state of states) yield state.filter((entry) => entry !== null)
      }),
  },
  {
    name: 'yields a key once that is watched twice',
    caughtBy: ['watching.first'],
    wrap: (driver) =>
      overrideDriver(driver, {
        watch: (scope, keys, options) => driver.watch(scope, [...new Set(keys)], options),
      }),
  },
  {
    name: 'says nothing when the last of the watched keys is gone',
    caughtBy: ['watching.changes'],
    wrap: (driver) =>
      filterWatches(
        driver,
        (state, before) => before === undefined || state.some((entry) => entry !== null),
      ),
  },
  {
    name: 'forgets a change that comes while nobody asks',
    caughtBy: ['watching.changes', 'watching.slow'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async *watch(scope, keys, options) {
          let wanted = 0
          let isOver = false
          while (!isOver) {
            isOver = true
            let at = 0
            for await (const state of driver.watch(scope, keys, options)) {
              if (at++ < wanted) continue
              yield state
              isOver = false
              break
            }
            wanted = 1
          }
        },
      }),
  },
  {
    name: 'looks for a change only when it is asked',
    caughtBy: ['watching.while-asked'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async *watch(scope, keys, options) {
          let seen: string | undefined
          for (;;) {
            const state = await driver.get(scope, keys)
            if (versionsOf(state) === seen) return await endOf(options?.signal)
            seen = versionsOf(state)
            yield state
          }
        },
      }),
  },
  {
    name: 'compares values to find out what has changed',
    caughtBy: ['watching.same-bytes'],
    wrap: (driver) =>
      filterWatches(
        driver,
        (state, before) => before === undefined || !haveSameValues(state, before),
      ),
  },
  {
    name: 'leaves out of a watch values of more than 512 KiB',
    caughtBy: ['watching.streams'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        for await (const state of states) {
          yield state.map(
            (entry) => entry && (entry.size > 524_288 ? { ...entry, value: null } : entry),
          )
        }
      }),
  },
  {
    name: 'has a watch see only the commits of its own driver',
    caughtBy: ['watching.changes', 'watching.streams', 'watching.expiry', 'watching.shared'],
    wrap: (driver) =>
      watchCommits(driver, (state, before) => versionsOf(state) !== versionsOf(before)),
  },
  {
    name: 'has a watch say the same again after each commit',
    caughtBy: ['watching.nothing-else'],
    wrap: (driver) => watchCommits(driver, () => true),
  },
  {
    name: 'tells of a commit before it is applied',
    caughtBy: ['watching.nothing-else'],
    wrap: foresee,
  },
  {
    name: 'yields every other state after the one that follows it',
    caughtBy: ['watching.last-state'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        let held: WatchedState | undefined
        let isFirst = true
        for await (const state of states) {
          if (isFirst) yield state
          else if (held === undefined) held = state
          else {
            yield state
            yield held
            held = undefined
          }
          isFirst = false
        }
      }),
  },
  {
    name: 'is one change behind with the first of several keys',
    caughtBy: ['watching.one-moment'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        let first: ListedEntry | null | undefined
        for await (const state of states) {
          yield state.with(0, first ?? state[0] ?? null)
          first = state[0]
        }
      }),
  },
  {
    name: 'keeps all states for those who ask seldom',
    caughtBy: ['watching.slow'],
    wrap: (driver) =>
      changeWatches(driver, (states) => {
        const unbounded = { highWaterMark: Infinity }
        const queue = new TransformStream<WatchedState, WatchedState>({}, unbounded, unbounded)
        return ReadableStream.from(states).pipeThrough(queue)
      }),
  },
  {
    name: 'has one watch of a key, which the next one ends',
    caughtBy: ['watching.several'],
    wrap(driver) {
      const watches = new Map<string, AbortController>()
      return overrideDriver(driver, {
        watch(scope, keys, options) {
          const id = JSON.stringify([scope, keys])
          watches.get(id)?.abort()
          const own = new AbortController()
          watches.set(id, own)
          const signals = [own.signal, options?.signal ?? own.signal]
          return driver.watch(scope, keys, { signal: AbortSignal.any(signals) })
        },
      })
    },
  },
  {
    name: 'gives all watches the same memory',
    caughtBy: ['watching.copies'],
    wrap(driver) {
      const given = new Map<string, ListedEntry>()
      return changeWatches(driver, async function* (states) {
        for await (const state of states) {
          for (const entry of state) {
            if (entry !== null && !given.has(entry.version)) given.set(entry.version, entry)
          }
          yield state.map((entry) => entry && (given.get(entry.version) ?? entry))
        }
      })
    },
  },
  {
    name: 'gives Buffers to those who watch',
    caughtBy: ['watching.copies'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        for await (const state of states) {
          yield state.map(
            (entry) => entry && { ...entry, value: entry.value && Buffer.from(entry.value) },
          )
        }
      }),
  },
  ...watchStateMutants,
]

async function endOf(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted !== true) await once(signal ?? new EventTarget(), 'abort')
}

function haveSameValues(left: WatchedState, right: WatchedState): boolean {
  return left.every((entry, at) => {
    const other = right[at]?.value
    return entry?.value && other ? Buffer.compare(entry.value, other) === 0 : entry?.value === other
  })
}

/** A driver whose watches look again after each commit through it, and at nothing else. */
function watchCommits(
  driver: StorageDriver,
  isYielded: (state: WatchedState, before: WatchedState) => boolean,
): StorageDriver {
  const commits = new EventTarget()
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      commits.dispatchEvent(new Event('commit'))
    },
    async *watch(scope, keys, options) {
      const { signal } = options ?? {}
      let seen: WatchedState | undefined
      const isOver = (): boolean => signal?.aborted === true
      while (!isOver()) {
        const changed = once(commits, 'commit', { signal }).catch(() => undefined)
        const state = await driver.get(scope, keys)
        if (seen === undefined || isYielded(state, seen)) yield state
        seen = state
        await changed
      }
    },
  })
}

/** A driver whose watches show what a commit would delete as gone before it is applied. */
function foresee(driver: StorageDriver): StorageDriver {
  const waiting: ((commit: Commit) => void)[] = []
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      for (const tell of waiting.splice(0)) tell(commit)
      await driver.commit(target, commit, options)
    },
    async *watch(scope, keys, options) {
      const states = driver.watch(scope, keys, options)[Symbol.asyncIterator]()
      let last: WatchedState = []
      let next = states.next()
      for (;;) {
        next.catch(() => undefined)
        const foreseen = new Promise<Commit>((resolve) => waiting.push(resolve))
        const came = await Promise.race([next, foreseen])
        if ('deletes' in came) {
          const gone = new Set(came.deletes.map(({ key }) => key))
          if (!last.some((entry) => entry && gone.has(entry.key))) continue
          yield last.map((entry) => (entry && gone.has(entry.key) ? null : entry))
        } else {
          if (came.done === true) return
          last = came.value
          next = states.next()
          yield last
        }
      }
    },
  })
}
