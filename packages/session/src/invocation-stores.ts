import type { AttemptStore } from './attempt-store.ts'
import { currentInvocation, openInvocation, workingInvocation } from './invocation/live-context.ts'
import type { PersistentStore } from './persistent-store.ts'
import { AttemptValues } from './stores/attempt-values.ts'
import { detachable } from './stores/detachable.ts'
import { PlainJsonStore } from './stores/plain-json-store.ts'

/** The JSON of this plugin in this workspace, in whichever invocation the running code belongs to. */
export const persistent_store: PersistentStore = detachable(
  new PlainJsonStore(() =>
    workingInvocation(currentInvocation('persistent_store'), 'persistent_store'),
  ),
)

/** The values of this attempt of whichever invocation the running code belongs to. */
export const attempt_store: AttemptStore = detachable(
  new AttemptValues(() => {
    const invocation = currentInvocation('attempt_store')
    return openInvocation(invocation, 'attempt_store').attemptValues
  }),
)
