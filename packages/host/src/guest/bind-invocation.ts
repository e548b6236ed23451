import {
  abortedError,
  checkCommit,
  limits,
  type PluginId,
  type StorageDriver,
  type WorkspaceId,
} from '@holdfast/core'
import type { PluginStorage, UpdateTurns } from '@holdfast/session/runtime'
import { CommitCall, GetCall, ListCall } from './unary-call.ts'
import type { WireCalls } from './wire-calls.ts'

/** An invocation, as its calls to the stores know it. */
export interface InvocationScope {
  /** Stands for the invocation in the place of a workspace; see {@link WireCalls.enter}. */
  readonly name: WorkspaceId
  readonly workspace: WorkspaceId
  readonly plugin: PluginId
  readonly signal: AbortSignal
}

/**
 * Makes the storage of one invocation. The host adds the quota.
 *
 * Most calls have no bound but the invocation's own signal. These go by the short way: who settles
 * them when it aborts is {@link WireCalls}, once for all that are open, and not a signal for each.
 *
 * @param driver of the process, managed, over the same calls: for all that is bounded in other ways
 */
export function bindInvocation(
  driver: StorageDriver,
  calls: WireCalls,
  turns: UpdateTurns,
  { name, workspace, plugin, signal }: InvocationScope,
): PluginStorage {
  signal.addEventListener('abort', () => calls.abort(name, signal.reason), { once: true })
  return {
    get(store, keys, options) {
      const isPlain = options?.signal === signal && options.deadlineAt === undefined
      if (!isPlain || keys.length > limits.maxGetKeys) {
        return driver.get({ workspace: name, plugin, store }, keys, options)
      }
      if (signal.aborted) return Promise.reject(abortedError('driver.get', signal.reason))
      return new GetCall(calls, name, store, keys).ask(calls)
    },
    async commit({ checks, puts, deletes }, options) {
      const commit = { checks, puts, deletes, quota: null }
      if (options?.signal !== signal || options.deadlineAt !== undefined) {
        return driver.commit({ workspace: name, plugin }, commit, options)
      }
      if (signal.aborted) throw abortedError('driver.commit', signal.reason)
      checkCommit(commit, driver.capabilities)
      return new CommitCall(calls, name, commit).ask(calls)
    },
    list(store, query, options) {
      if (options?.signal !== signal || options.deadlineAt !== undefined) {
        return driver.list({ workspace: name, plugin, store }, query, options)
      }
      if (signal.aborted) return Promise.reject(abortedError('driver.list', signal.reason))
      return new ListCall(calls, name, store, query).ask(calls)
    },
    readStream: (store, key, range, options) =>
      driver.readStream({ workspace: name, plugin, store }, key, range, options),
    writeStream: (store, put, options) =>
      driver.writeStream({ workspace: name, plugin, store }, { ...put, quota: null }, options),
    watch: (store, keys, options) =>
      driver.watch({ workspace: name, plugin, store }, keys, options),
    inTurn: (store, key, update, options) =>
      turns.run(JSON.stringify([workspace, store, key]), update, options?.signal),
  }
}
