import type { Clock, PluginId, WorkspaceId } from '@holdfast/core'
import type { PluginStorage } from './plugin-storage.ts'

/** What a host gives to one invocation of a tool or an endpoint. */
export interface InvocationContext {
  readonly storage: PluginStorage
  readonly workspace: WorkspaceId
  readonly plugin: { readonly id: PluginId; readonly version: string }
  /** Names this invocation; all its attempts have the same. */
  readonly invocationId: string
  /** Which try of the invocation this is, from 1. */
  readonly attempt: number
  /** Aborts when nobody waits for the invocation any more, or its time is up. */
  readonly signal: AbortSignal
  /** Where expiry is counted from. */
  readonly clock: Clock
}
