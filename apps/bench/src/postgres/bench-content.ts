import {
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type Scope,
  type StorageKey,
} from '@holdfast/core'

/** What a database of the benchmark is filled with. */
export interface BenchContent {
  /** How many workspaces there are, and how many plugins in each; the product is the scopes. */
  readonly workspaces: number
  readonly plugins: number
  readonly keysPerScope: number
  readonly valueBytes: number
  /** Whether those who are compared with have the same in `peer.entries`. */
  readonly hasPeers: boolean
}

/** What most contents are like. */
export const oneScope = { workspaces: 1, plugins: 1, valueBytes: 1_024, hasPeers: false } as const

/** The number of the first key, so that all have the same length. */
export const firstKey = 1_000_000

/** A key of a content, at random. Each is as likely as the others. */
export function randomKey({ keysPerScope }: BenchContent): StorageKey {
  return parseStorageKey(`key-${firstKey + randomBelow(keysPerScope)}`)
}

/** A scope of a content, at random. */
export function randomScope({ workspaces, plugins }: BenchContent): Scope {
  return {
    workspace: parseWorkspaceId(`workspace-${randomBelow(workspaces)}`),
    plugin: parsePluginId(`plugin-${randomBelow(plugins)}`),
    store: 'storage',
  }
}

function randomBelow(end: number): number {
  return Math.floor(Math.random() * end)
}
