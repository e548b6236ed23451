import type { JsonValue, PluginId } from '@holdfast/core'

/** What a plugin says of itself before any of its code runs. */
export interface PluginManifest {
  /** Names the plugin's data, in every version of it. */
  readonly id: PluginId
  /** `version` of its package.json; `0.0.0` where there is none. */
  readonly version: string
  /** The plugin's folder, absolute, without symbolic links. */
  readonly directory: string
  /** The module whose default export is the plugin: a file in `directory`, absolute. */
  readonly entryPath: string
  /** Most that the plugin may hold in one workspace, keys and values of both stores, in bytes. */
  readonly quotaBytes: number
  /** Rules for endpoints by their path, as the code defines it. What is not listed is not public. */
  readonly endpoints: Readonly<Record<string, EndpointRules>>
  /** What endpoints receive as their settings, where the operator sets nothing else. */
  readonly settings: Readonly<Record<string, JsonValue>>
}

/** How one endpoint may be called. */
export interface EndpointRules {
  /** Whether it is served without the operator's token. */
  readonly public: boolean
}
