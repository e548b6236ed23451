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
  /** What it needs beyond its stores. Where it runs in a process of its own, it gets no more. */
  readonly permissions: PluginPermissions
  /** How much of the machine it may use. */
  readonly limits: PluginLimits
  /** What `holdfast build` made; `null` for a plugin that runs as its author wrote it. */
  readonly bundle: PluginBundle | null
}

/** What a plugin asks for. */
export interface PluginPermissions {
  /** Whether it opens connections. */
  readonly network: boolean
  /** Names of the variables of the environment that it reads. */
  readonly environment: readonly string[]
}

/** Bounds of one plugin. */
export interface PluginLimits {
  /** Most memory that its process may hold, in bytes. */
  readonly memoryBytes: number
  /** How long one invocation may take, in milliseconds. */
  readonly timeoutMs: number
  /** Most invocations at once. */
  readonly concurrency: number
  /** Most invocations that wait for their turn. */
  readonly queue: number
}

/** A plugin in one file, which needs nothing beside it. */
export interface PluginBundle {
  /** `script`: a CommonJS script; `module`: an ES module, where the code waits at its top level. */
  readonly format: 'script' | 'module'
  /** V8's code cache of a script: a file in the plugin's folder, absolute; `null` for none. */
  readonly cachePath: string | null
  /** Whether it was built with native addons beside it. */
  readonly addons: boolean
}

/** How one endpoint may be called. */
export interface EndpointRules {
  /** Whether it is served without the operator's token. */
  readonly public: boolean
}
