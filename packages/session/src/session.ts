import type { EpochMs, PluginId, WorkspaceId } from '@holdfast/core'
import type { AtomicChange } from './atomic-change.ts'
import type { AttemptStore } from './attempt-store.ts'
import type { PersistentStore } from './persistent-store.ts'
import type { SessionStorage } from './session-storage.ts'

/** What one invocation of a tool or an endpoint may use. Good until the invocation ends. */
export interface Session {
  /** Bytes by key, of this plugin in this workspace. Files fit in it. */
  readonly storage: SessionStorage
  /** JSON by key, of this plugin in this workspace. The object that the package exports, too. */
  readonly persistent_store: PersistentStore
  /** Any value by key, until this attempt ends. The object that the package exports, too. */
  readonly attempt_store: AttemptStore
  /**
   * Begins an atomic change of several keys of both stores. It needs no `this`.
   *
   * @example
   * ```ts
   * const change = this.session.atomic()
   * change.storage.set('report.pdf', bytes)
   * change.persistent_store.increment('reports')
   * await change.commit()
   * ```
   */
  readonly atomic: () => AtomicChange
  /** The tenant that the invocation runs for. */
  readonly workspace: WorkspaceId
  readonly plugin: { readonly id: PluginId; readonly version: string }
  /** Names this invocation; all its attempts have the same. */
  readonly invocationId: string
  /** Which try of the invocation this is, from 1. */
  readonly attempt: number
  /**
   * The time in milliseconds since 1970, by the clock that expiry goes by. In a test it is the clock
   * of the test. It needs no `this`.
   */
  readonly now: () => EpochMs
  /** Aborts when nobody waits for the invocation any more, or its time is up. Hand it to `fetch`. */
  readonly signal: AbortSignal
}
