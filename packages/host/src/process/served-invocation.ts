import type { PluginScope, Quota } from '@holdfast/core'

/** What the host knows of an invocation whose plugin calls its stores. The plugin knows its token. */
export interface ServedInvocation {
  readonly scope: PluginScope
  readonly quota: Quota
  /** Ends with the invocation, and with it the bodies and watches that are open. */
  readonly lifetime: AbortSignal
}
