import type { EpochMs, JsonValue, PluginId, WorkspaceId } from '@holdfast/core'
import type { LogLevel } from '@holdfast/session'

/** A line that a plugin wrote, or that the host has to tell of it. */
export interface PluginLog {
  readonly at: EpochMs
  readonly plugin: PluginId
  /** `null` where it cannot be told, as for what is written to stdout behind the console's back. */
  readonly workspace: WorkspaceId | null
  readonly invocationId: string | null
  /**
   * `console`: one of the console's methods; `stdout`, `stderr`: written there; `tool`: a message
   * made by `this.log`; `host`: an event of the plugin's process, such as a crash.
   */
  readonly source: 'console' | 'stdout' | 'stderr' | 'tool' | 'host'
  readonly level: LogLevel
  /** At most 8 KiB; what is longer ends in an ellipsis. */
  readonly text: string
  readonly data: JsonValue
}
