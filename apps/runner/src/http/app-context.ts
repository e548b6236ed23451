import type { ServerResponse } from 'node:http'
import type { PluginId } from '@holdfast/core'
import type { Host } from '@holdfast/host'
import type { JsonObject } from '@holdfast/session'
import type { ProblemDetails } from '../problem-details.ts'
import type { TokenGuard } from './guards.ts'

/** What the routes have in common. */
export interface AppContext {
  readonly host: Host
  readonly token: TokenGuard
  /** Settings of endpoints, as the operator gave them. */
  readonly settings: ReadonlyMap<PluginId, JsonObject>
  /** Aborts when no more requests are taken. */
  readonly draining: AbortSignal
  /**
   * Describes an error to its caller, and logs it if the caller is not to blame.
   *
   * @param signal of the call
   */
  readonly report: (error: unknown, signal: AbortSignal) => ProblemDetails
}

/** What comes with a request. */
export interface RequestBindings {
  readonly outgoing: ServerResponse
  /** Aborts when nobody waits for the response any more. */
  readonly signal: AbortSignal
}
