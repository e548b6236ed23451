import { endableGenerator, type ListedEntry, type Scope, type StorageKey } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import { readListed, writeKeys, writeStore } from '../wire/storage-codec.ts'
import type { WireCall, WireCalls } from './wire-calls.ts'

type State = readonly (ListedEntry | null)[]

/** Watches keys: the host sends a state for each that is asked for. */
export function watchOverWire(
  connection: Connection,
  calls: WireCalls,
  { workspace, store }: Scope,
  keys: readonly StorageKey[],
  signal: AbortSignal | undefined,
): AsyncGenerator<State, void> {
  const id = calls.nextId()
  let next = quietPromise()
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    calls.cancel(call)
    calls.endStream(call)
    next.resolve(null)
  }
  const call: WireCall = {
    id,
    type: frameType.watch,
    workspace,
    deadlineAt: 0,
    isStream: true,
    bytes: 0,
    write(to) {
      writeStore(to, store)
      writeKeys(to, keys)
    },
    onResult: end,
    onFailure(error) {
      isOver = true
      next.reject(error)
    },
    onFrame(type, payload) {
      if (type === frameType.state) next.resolve(readListed(payload))
    },
  }
  async function* states(): AsyncGenerator<State, void> {
    signal?.addEventListener('abort', end, { once: true })
    calls.begin(call)
    try {
      for (;;) {
        if (!isOver) connection.begin(frameType.credit, id).u32(1).end()
        const state = await next.promise
        if (state === null) return
        next = quietPromise()
        yield state
      }
    } finally {
      end()
      signal?.removeEventListener('abort', end)
    }
  }
  return endableGenerator(states(), end)
}

/** Nobody may be waiting when it is rejected. */
function quietPromise(): PromiseWithResolvers<State | null> {
  const resolvers = Promise.withResolvers<State | null>()
  resolvers.promise.catch(() => undefined)
  return resolvers
}
