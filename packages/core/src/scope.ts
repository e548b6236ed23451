import type { PluginId } from './plugin-id.ts'
import type { WorkspaceId } from './workspace-id.ts'

/** The two stores of a plugin. They never see each other's keys. */
export const storeNames = ['storage', 'persistent_store'] as const

/** `storage` holds bytes by key, `persistent_store` JSON by key. */
export type StoreName = (typeof storeNames)[number]

/** One plugin in one workspace: what a quota is counted over, and what one commit may touch. */
export interface PluginScope {
  readonly workspace: WorkspaceId
  readonly plugin: PluginId
}

/** One store of one plugin in one workspace: the keys that one call may see. */
export interface Scope extends PluginScope {
  readonly store: StoreName
}
