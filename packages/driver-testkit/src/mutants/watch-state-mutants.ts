import { setTimeout } from 'node:timers/promises'
import type { StorageDriver, Version } from '@holdfast/core'
import { changeWatches, filterWatches, type WatchedState } from './change-watches.ts'
import { limitOpen } from './limit-open.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const watchStateMutants: readonly Mutant[] = [
  {
    name: 'takes 20 ms to subscribe to changes when it has read the first state',
    caughtBy: ['watching.between'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async *watch(scope, keys, options) {
          const first = await driver.get(scope, keys)
          await setTimeout(20)
          let isKnown = true
          for await (const state of driver.watch(scope, keys, options)) {
            yield isKnown ? first : state
            isKnown = false
          }
        },
      }),
  },
  {
    name: 'has in later states of a watch nothing of the metadata but the version',
    caughtBy: ['watching.metadata'],
    wrap: (driver) =>
      changeLaterStates(driver, (state) =>
        state.map(
          (entry) =>
            entry && { ...entry, createdAt: entry.updatedAt, contentType: null, expiresAt: null },
        ),
      ),
  },
  {
    name: 'forgets in later states of a watch when entries expire',
    caughtBy: ['watching.metadata'],
    wrap: (driver) =>
      changeLaterStates(driver, (state) =>
        state.map((entry) => entry && { ...entry, expiresAt: null }),
      ),
  },
  {
    name: 'tells of no change in persistent_store',
    caughtBy: ['watching.both-stores'],
    wrap: (driver) => {
      const quiet = filterWatches(driver, (_, before) => before === undefined)
      return overrideDriver(driver, {
        watch: (scope, keys, options) =>
          (scope.store === 'storage' ? driver : quiet).watch(scope, keys, options),
      })
    },
  },
  {
    name: 'has a watch say that a key is gone when the expiry has come that it had at first',
    caughtBy: ['watching.expiry-anew'],
    wrap: (driver, clock) =>
      changeWatches(driver, async function* (states) {
        let first: WatchedState | undefined
        for await (const state of states) {
          first ??= state
          const expiries = first.map((entry) => entry?.expiresAt ?? Infinity)
          yield state.map((entry, at) => ((expiries[at] ?? Infinity) <= clock() ? null : entry))
        }
      }),
  },
  {
    name: 'does not notice in a watch the expiry of what was written since it began',
    caughtBy: ['watching.expiry-anew'],
    wrap: (driver, clock) =>
      changeWatches(driver, async function* (states) {
        const atFirst = new Set<Version>()
        let isFirst = true
        let before: WatchedState = []
        for await (const state of states) {
          if (isFirst) for (const entry of state) if (entry) atFirst.add(entry.version)
          isFirst = false
          const isExpiryOfLater = before.some((old, at) => {
            const hasExpired = (old?.expiresAt ?? Infinity) <= clock()
            return old !== null && hasExpired && state[at] === null && !atFirst.has(old.version)
          })
          before = state
          if (!isExpiryOfLater) yield state
        }
      }),
  },
  {
    name: 'has eight watches at once, and the ninth wait',
    caughtBy: ['watching.many'],
    wrap: (driver) => {
      const enter = limitOpen(8)
      return overrideDriver(driver, {
        async *watch(scope, keys, options) {
          const leave = await enter(options?.signal)
          try {
            yield* driver.watch(scope, keys, options)
          } finally {
            leave()
          }
        },
      })
    },
  },
  {
    name: 'has a watch see single deletes of its own driver alone',
    caughtBy: ['watching.shared-deletes'],
    wrap(driver) {
      const own = { commits: 0 }
      const counting = overrideDriver(driver, {
        async commit(target, commit, options) {
          own.commits++
          await driver.commit(target, commit, options)
        },
      })
      return changeWatches(counting, async function* (states) {
        let before: WatchedState = []
        let commits = own.commits
        for await (const state of states) {
          const isDelete = before.some(
            (old, at) => old !== null && old.expiresAt === null && state[at] === null,
          )
          const isClear = state.every((entry) => entry === null)
          if (!isDelete || isClear || own.commits > commits) yield state
          before = state
          commits = own.commits
        }
      })
    },
  },
  {
    name: 'has a watch see values of more than 64 KiB only if its own driver wrote them',
    caughtBy: ['watching.shared-streams'],
    wrap(driver) {
      const own = new Set<Version>()
      const remembering = overrideDriver(driver, {
        async commit(target, commit, options) {
          for (const { version } of commit.puts) own.add(version)
          await driver.commit(target, commit, options)
        },
        async writeStream(scope, put, options) {
          own.add(put.version)
          await driver.writeStream(scope, put, options)
        },
      })
      return filterWatches(
        remembering,
        (state, before) =>
          before === undefined ||
          state.every((entry) => entry === null || entry.size <= 65_536 || own.has(entry.version)),
      )
    },
  },
]

/** A driver whose watches begin as they should and go on with something else. */
function changeLaterStates(
  driver: StorageDriver,
  change: (state: WatchedState) => WatchedState,
): StorageDriver {
  return changeWatches(driver, async function* (states) {
    let isFirst = true
    for await (const state of states) {
      yield isFirst ? state : change(state)
      isFirst = false
    }
  })
}
