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
   * @param request of its caller
   */
  readonly report: (error: unknown, request: RequestFacts) => ProblemDetails
}

/** What of a request is known wherever it goes wrong. */
export interface RequestFacts {
  /** Its method and its path, as the log may show them. */
  readonly route: string
  /** Aborts when nobody waits for the response any more. */
  readonly signal: AbortSignal
}

/** What comes with a request. */
export interface RequestBindings extends RequestFacts {
  readonly outgoing: ServerResponse
}
