import type { Commit, PluginScope, StorageDriver } from '@holdfast/core'
import { type Mutant, runMutants } from '@holdfast/driver-testkit'
import { describe, test } from 'vitest'
import { handOn } from './open-below.ts'
import { memory } from './subjects.ts'

// What a layer that makes few calls of many gets wrong, if it is not careful.
const layers: readonly Mutant[] = [
  {
    name: 'makes one commit of those of a tick, and fails all that are in it',
    caughtBy: ['commit.goes-on'],
    wrap: (driver) => mergingCommits(driver),
  },
  {
    name: 'looks at the bytes of a commit when its tick is over',
    caughtBy: ['values.copied-in'],
    wrap: (driver) => mergingCommits(driver),
  },
]

runMutants(memory, { describe, test }, layers)

/** Calls `send` at the end of a tick with all that were added in it, by what they are about. */
function perTick<Call>(send: (calls: readonly Call[]) => void): (id: string, call: Call) => void {
  const waiting = new Map<string, Call[]>()
  return (id, call) => {
    const calls = waiting.get(id) ?? []
    waiting.set(id, calls)
    calls.push(call)
    if (calls.length > 1) return
    process.nextTick(() => {
      waiting.delete(id)
      send(calls)
    })
  }
}

interface WaitingCommit {
  readonly target: PluginScope
  readonly commit: Commit
  readonly settle: PromiseWithResolvers<void>
}

function mergingCommits(driver: StorageDriver): StorageDriver {
  const add = perTick<WaitingCommit>((calls) => {
    const merged = {
      checks: calls.flatMap(({ commit }) => commit.checks),
      puts: calls.flatMap(({ commit }) => commit.puts),
      deletes: calls.flatMap(({ commit }) => commit.deletes),
      quota: calls[0]?.commit.quota ?? null,
    }
    for (const { target } of calls.slice(0, 1)) {
      driver.commit(target, merged).then(
        () => calls.forEach(({ settle }) => settle.resolve()),
        (error: unknown) => calls.forEach(({ settle }) => settle.reject(error)),
      )
    }
  })
  return {
    ...handOn(driver),
    commit(target, commit) {
      const settle = Promise.withResolvers<void>()
      add(`${target.workspace} ${target.plugin}`, { target, commit, settle })
      return settle.promise
    },
  }
}
