import {
  manageDriver,
  parseWorkspaceId,
  type PluginScope,
  type StorageDriver,
  type WorkspaceId,
} from '@holdfast/core'

/** How the workspaces of a layer are called in the store below it. */
export interface WorkspaceNames {
  /** Order is kept: of two ids, the smaller one stays the smaller. */
  readonly inward: (workspace: WorkspaceId) => WorkspaceId
  /** `null` for a workspace that is not of this layer. */
  readonly outward: (workspace: WorkspaceId) => WorkspaceId | null
}

/**
 * A store of one's own inside a store that several share: its workspaces have a prefix there, and
 * what is in others is not seen.
 *
 * The prefix takes its room from the ids: one for which too little is left is refused with
 * `INVALID_WORKSPACE_ID`, since to cut it would make one workspace of two. No prefix may begin
 * with another, and nobody may use the store without one.
 */
export function prefixWorkspaces(driver: StorageDriver, prefix: string): StorageDriver {
  return renameWorkspaces(driver, {
    inward: (workspace) => parseWorkspaceId(prefix + workspace),
    outward: (workspace) =>
      workspace.startsWith(prefix) ? parseWorkspaceId(workspace.slice(prefix.length)) : null,
  })
}

/** Gives the workspaces other names in the store of a driver. */
export function renameWorkspaces(driver: StorageDriver, names: WorkspaceNames): StorageDriver {
  const inner = <Target extends PluginScope>(target: Target): Target => ({
    ...target,
    workspace: names.inward(target.workspace),
  })
  return manageDriver({
    name: driver.name,
    capabilities: driver.capabilities,
    // Without the signal: a managed driver goes on to open when its caller has given up, and would
    // then not be closed.
    open: () => driver.open(),
    close: () => driver.close(),
    [Symbol.asyncDispose]: () => driver.close(),
    // Async, so that an id which is refused rejects and does not throw.
    get: async (scope, keys, options) => driver.get(inner(scope), keys, options),
    commit: async (target, commit, options) => driver.commit(inner(target), commit, options),
    list: async (scope, query, options) => driver.list(inner(scope), query, options),
    usage: async (scope, options) => driver.usage(inner(scope), options),
    clear: async (scope, options) => driver.clear(inner(scope), options),
    readStream: async (scope, key, range, options) =>
      driver.readStream(inner(scope), key, range, options),
    writeStream: async (scope, put, options) => driver.writeStream(inner(scope), put, options),
    watch: (scope, keys, options) => driver.watch(inner(scope), keys, options),

    // A page from which others' scopes are left out is shorter, or even empty, and not the last.
    async scopes(query, options) {
      const workspace = query.workspace && names.inward(query.workspace)
      const page = await driver.scopes({ ...query, workspace }, options)
      const scopes = page.scopes.flatMap(({ scope, usage }) => {
        const outer = names.outward(scope.workspace)
        return outer === null ? [] : [{ scope: { ...scope, workspace: outer }, usage }]
      })
      return { scopes, cursor: page.cursor }
    },

    // It changes nothing that anyone can see, so it may as well be the whole store that is swept.
    sweep: (now, options) => driver.sweep(now, options),
  })
}
