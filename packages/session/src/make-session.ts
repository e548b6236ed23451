import { attempt_store, persistent_store } from './invocation-stores.ts'
import type { Invocation } from './invocation/invocation.ts'
import { workingInvocation } from './invocation/live-context.ts'
import type { SessionStorage } from './session-storage.ts'
import type { Session } from './session.ts'
import { AtomicCommit } from './stores/atomic-commit.ts'
import { ByteStore } from './stores/byte-store.ts'
import { detachable } from './stores/detachable.ts'

/** Makes what a tool or an endpoint sees of its invocation. */
export function makeSession(invocation: Invocation): Session {
  const { workspace, plugin, invocationId, attempt, signal, clock } = invocation.context
  let storage: SessionStorage | undefined
  return Object.freeze({
    // Made for those alone who use it, for it costs more than all the rest.
    get storage() {
      storage ??= detachable(new ByteStore(() => workingInvocation(invocation, 'session.storage')))
      return storage
    },
    persistent_store,
    attempt_store,
    atomic: () =>
      detachable(new AtomicCommit(() => workingInvocation(invocation, 'session.atomic()'))),
    workspace,
    plugin: Object.freeze({ id: plugin.id, version: plugin.version }),
    invocationId,
    attempt,
    now: () => clock(),
    signal,
  })
}
