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
  /** Aborts when the calls in flight may go on no longer. */
  readonly cutOff: AbortSignal
  /** Describes an error to its caller, and logs it if the caller is not to blame. */
  report(error: unknown, request: Request): ProblemDetails
}
